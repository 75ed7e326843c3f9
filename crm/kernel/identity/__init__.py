"""Who acts: people, teams, roles, sign-in, tokens, and the one `Actor` that everything else asks."""
