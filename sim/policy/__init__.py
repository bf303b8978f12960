"""
Policy: the rules of the city, who may enter which streets at which hours.

Decides, for a network with its zones, when each link is closed to which vehicles. Asks the network which links meet
a zone. Emits arrays of closures that routing, planning and driving read, and the rules as a document that others can
check without this code.
"""

from __future__ import annotations

from sim.policy.access_rule import AccessRuleParams as AccessRuleParams
from sim.policy.access_rule import ChargeParams as ChargeParams
from sim.policy.access_rule import PermitParams as PermitParams
from sim.policy.access_rule import PolicyParams as PolicyParams
from sim.policy.access_rule import WhenParams as WhenParams
from sim.policy.access_rule import WhereParams as WhereParams
from sim.policy.compile import compile_closures as compile_closures
from sim.policy.explain import AccessAnswer as AccessAnswer
from sim.policy.explain import explain as explain
from sim.policy.journey import JourneyAnswer as JourneyAnswer
from sim.policy.journey import explain_journey as explain_journey
from sim.policy.rules_document import rules_document as rules_document
from sim.policy.vehicles import VehiclesParams as VehiclesParams
from sim.policy.vehicles import VehicleTraits as VehicleTraits
