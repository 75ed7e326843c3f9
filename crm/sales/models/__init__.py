from crm.sales.models.opportunity import LostReason, Opportunity, OpportunityContact
from crm.sales.models.pipeline import Pipeline, Stage
from crm.sales.models.stage_change import StageChange

__all__ = ["LostReason", "Opportunity", "OpportunityContact", "Pipeline", "Stage", "StageChange"]
