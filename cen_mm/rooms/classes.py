"""Classes of the rooms and their colours."""

CLASSES = ('wall', 'floor', 'ceiling', 'window', 'picture', 'door', 'rug',
           'platform', 'cabinet', 'table', 'chair', 'sofa', 'object')

# Distinct for the colour-blind too: large surfaces are pale, and neighbours
# in a room differ in brightness.
PALETTE = [[187, 204, 238], [221, 221, 187], [238, 238, 238], [0, 187, 221],
           [170, 51, 119], [102, 37, 6], [230, 85, 13], [255, 170, 187],
           [34, 85, 170], [238, 204, 51], [34, 136, 51], [136, 204, 102],
           [40, 40, 40]]
