"""
The model of a delivery day: network, demand, rules, plans, agents and traffic wired to one clock.

It decides nothing itself. It asks every room for its part, moves traffic and agents through the day in the
order of their times, and hands what they announced to the measures.
"""

from sim.model.delivery_model import DeliveryModel as DeliveryModel
