"""
One self-contained page of a run: map, replay, indicators, curves, assumptions, provenance.

Decides what the page holds and how it is packed; reads result files only, never a running model; may ask the
foundation, the network's tables and the definitions of measures. Emits one HTML file that asks the network for
nothing, and the same content as bytes for the web application.
"""

from sim.view.report.content import report_content as report_content
from sim.view.report.network_content import network_content as network_content
from sim.view.report.pack import pack as pack
from sim.view.report.page import asset_text as asset_text
from sim.view.report.page import write_report as write_report
