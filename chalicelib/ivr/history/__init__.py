"""The versions of a flow: what changed between them, and back to an old one."""
