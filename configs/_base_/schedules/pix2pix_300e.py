# The official training: Adam at a constant rate for both networks, 300
# epochs of single images, validation every 5.
optimizer = dict(type='Adam', lr=2e-4, betas=(0.5, 0.999))
optim_wrapper = dict(
    constructor='MultiOptimWrapperConstructor',
    generator=dict(type='OptimWrapper', optimizer=optimizer),
    discriminator=dict(type='OptimWrapper', optimizer=optimizer))
train_cfg = dict(
    type='EpochBasedTrainLoop', max_epochs=300, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
