# CEN on the U-Net-256 of pix2pix: shared convolutions, private norms,
# exchange after the encoder's norms, one discriminator for all streams.
model = dict(
    type='CENPix2Pix',
    # From 0..255 to [-1, 1].
    data_preprocessor=dict(type='DataPreprocessor', stack_data_sample=False),
    generator=dict(
        type='CENUNetGenerator',
        exchange=dict(threshold=1e-2, region='all')),
    discriminator=dict(type='MultimodalPatchDiscriminator'),
    modalities=('reshading', 'edge_texture'),
    target='rgb')
