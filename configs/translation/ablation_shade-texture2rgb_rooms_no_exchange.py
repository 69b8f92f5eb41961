# Control: no exchange, shade and texture to RGB, rooms; L1 as in CEN.
_base_ = './cen_shade-texture2rgb_rooms.py'
model = dict(generator=dict(exchange=dict(threshold=0.)))
