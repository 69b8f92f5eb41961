# CEN with the decoder's norms shared, as the paper says and its code does not.
_base_ = './shade-texture2rgb_taskonomy.py'
model = dict(
    generator=dict(
        decoder_norm_cfg=dict(
            type='PrivateIN',
            affine=True,
            track_running_stats=True,
            private=())))
