# CEN, and concatenation after every stage that the decoder sees, from the
# identity on the own features.
_base_ = './cen.py'
model = dict(
    fusion=dict(
        type='ConcatFusion',
        after=r'timm_model\.blocks\.[1246]',
        start='identity'))
