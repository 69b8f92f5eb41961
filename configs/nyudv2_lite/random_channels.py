# The control for CEN's choice: as many channels of each layer as CEN exchanged
# at the end of its training, but random ones, fixed from the start.
_base_ = './cen.py'
exchanged = {  # of rgb, of depth, of all channels; the same for two seeds
    '0.0.bn1': (0, 0, 32),
    '1.0.bn2': (1, 3, 96),
    '1.1.bn2': (0, 1, 144),
    '2.0.bn2': (0, 1, 144),
    '2.1.bn2': (2, 2, 240),
    '3.0.bn2': (3, 2, 240),
    '3.1.bn2': (3, 5, 480),
    '3.2.bn2': (5, 4, 480),
    '4.0.bn2': (1, 3, 480),
    '4.1.bn2': (21, 22, 672),
    '4.2.bn2': (35, 43, 672),
    '5.0.bn2': (48, 56, 672),
    '5.1.bn2': (38, 54, 1152),
    '5.2.bn2': (154, 135, 1152),
    '5.3.bn2': (236, 222, 1152),
    '6.0.bn2': (4, 6, 1152)
}
model = dict(
    exchange=dict(
        random_share={
            f'blocks.{layer}': (2 * rgb / channels, 2 * depth / channels)
            for layer, (rgb, depth, channels) in exchanged.items()
        }))  # shares of the own half
default_hooks = dict(sparsity=dict(weight=0.))
