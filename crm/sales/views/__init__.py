"""The screens of sales: the page with its figures, the pipelines and their stages."""
