# Control: as many channels exchanged, but random ones, on rooms.
_base_ = './cen_shade-texture2rgb_rooms.py'
model = dict(generator=dict(exchange=dict(random_seed=0)))
