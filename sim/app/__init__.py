"""
The web application: runs started and watched, rules drawn on a map, results looked at and compared.

Decides what may be asked of a workspace through a browser and how that is kept safe; starts runs as processes of the
command line and reads their files; may ask every other room but the command line. Emits scenario files that the command
line runs unchanged, and pages that ask nobody but the application itself for anything.

`sim.app.server.serve` serves a folder, `sim.app.pages.create_app` makes the application; importing the room alone loads
neither, since the processes that read uploads and watch runs are to start at once.
"""
