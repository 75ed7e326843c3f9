from crm.sales.models.assignment import AssignmentRule, Turn
from crm.sales.models.lead import Lead, LeadHabits, LeadRound
from crm.sales.models.lead_form import LeadForm
from crm.sales.models.line import DealCompetitor, OpportunityLine
from crm.sales.models.opportunity import LostReason, Opportunity, OpportunityContact
from crm.sales.models.pipeline import Pipeline, Stage
from crm.sales.models.score import ScoreRule
from crm.sales.models.stage_change import StageChange

__all__ = [
    "AssignmentRule",
    "DealCompetitor",
    "Lead",
    "LeadForm",
    "LeadHabits",
    "LeadRound",
    "LostReason",
    "Opportunity",
    "OpportunityContact",
    "OpportunityLine",
    "Pipeline",
    "ScoreRule",
    "Stage",
    "StageChange",
    "Turn",
]
