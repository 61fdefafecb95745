"""Loads what a scan needs when it is imported, so that worker processes forked from here share it."""

from outproduce.packs import load_pack
from outproduce.screen import load_screen

load_pack()
load_screen()
