"""The advertising networks' servers on this machine, as strict as their published formats."""
