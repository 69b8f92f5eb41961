"""Contact sheet of segmentation."""
import matplotlib
import numpy as np
import torch

matplotlib.use('Agg')
import matplotlib.pyplot as plt


def write_sheet(model, cfg, dataset, indices, out) -> None:
    """Inputs, labels and predictions of some images."""
    meta = dataset.metainfo
    rows = list(rows_of(model, dataset, indices))
    draw(rows, meta['classes'], meta['palette'], out)


def rows_of(model, dataset, indices):
    """One dict of titled pictures for every image asked for."""
    palette = np.array([*dataset.metainfo['palette'], [0, 0, 0]], np.uint8)
    modalities = model.decode_head.modalities
    for index in indices:
        data = dataset[index]
        image = data['inputs'].numpy()
        with torch.no_grad():
            sample = model.test_step(
                dict(
                    inputs=[data['inputs']],
                    data_samples=[data['data_samples']]))[0]
        row = {}
        for m, modality in enumerate(modalities):
            picture = image[3 * m:3 * m + 3].transpose(1, 2, 0)
            row[modality] = (
                picture.astype(np.uint8) if picture.max() <= 255 else
                picture[..., 0])
        labels = {'label': sample.gt_sem_seg}
        for modality in modalities:
            labels[f'from {modality}'] = sample.get(
                f'pred_sem_seg_{modality}')
        labels['ensemble'] = sample.pred_sem_seg
        for title, field in labels.items():
            label = field.data.squeeze().cpu().numpy()
            row[title] = palette[np.minimum(label, len(palette) - 1)]
        yield row


def draw(rows, classes, palette, out) -> None:
    """Write the sheet, with the colours of the classes below."""
    height, width = next(iter(rows[0].values())).shape[:2]
    columns = len(rows[0])
    figure, axes = plt.subplots(
        len(rows), columns, squeeze=False, layout='constrained',
        figsize=(1.9 * columns, 1.9 * height / width * len(rows) + 0.9))
    for axis, title in zip(axes[0], rows[0]):
        axis.set_title(title, fontsize=9)
    for line, row in zip(axes, rows):
        for axis, picture in zip(line, row.values()):
            axis.imshow(picture, cmap='viridis', interpolation='nearest')
            axis.set_axis_off()
    figure.legend(
        handles=[
            plt.Rectangle((0, 0), 1, 1, color=np.array(colour) / 255)
            for colour in palette
        ],
        labels=list(classes), loc='outside lower center', fontsize=7,
        ncols=min(len(classes), 14), frameon=False, handlelength=1,
        columnspacing=1)
    figure.savefig(out, dpi=110)
