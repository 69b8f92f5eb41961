# CEN trained with AdamW. Under it every penalised gamma moves by about its
# rate in each step, whatever the penalty, so the gammas have the decoder's.
_base_ = './cen.py'
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=1e-3, weight_decay=1e-2),
    paramwise_cfg=dict(
        custom_keys={
            'blocks.0.0.bn1.stock.weight': dict(lr_mult=1.),
            'bn2.stock.weight': dict(lr_mult=1.)
        }))
