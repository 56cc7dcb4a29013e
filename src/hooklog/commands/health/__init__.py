"""What `hooklog doctor` looks at: the machine, the folder, its disk, its ports, what waits in it.

It changes no data.
"""
