"""Contact sheet of translation."""
from PIL import Image

from cen_mm.apis.translator import seed_of, translate
from cen_mm.translation import StreamVisualizer


def write_sheet(model, cfg, dataset, indices, out) -> None:
    """Sources, streams, ensembles and targets of some views."""
    samples = [
        translate(model, dataset[index], seed_of(cfg)) for index in indices
    ]
    Image.fromarray(StreamVisualizer().draw(samples)).save(out, optimize=True)
