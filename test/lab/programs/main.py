"""Runs the mode that the configuration names."""
import common

common.set_name()
kind, _, mode = common.CONFIG['mode'].partition('.')
module = __import__(kind)
getattr(module, mode)()
