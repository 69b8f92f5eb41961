"""Image translation, registered in mmagic.

Imported by translation configs alone, through ``custom_imports``; nothing of
segmentation asks for mmagic.
"""
