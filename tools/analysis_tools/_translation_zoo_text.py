"""The prose of docs/translation.md."""

COMMAND = 'python tools/analysis_tools/translation_zoo.py'

HEAD = f"""\
# Configs of image translation

*Written by `{COMMAND}` from the configs; do not edit
this file, run the command.*

No trained weights come with them, and **no number of the paper has been
reproduced here**: Taskonomy and the weights of the FID Inception were not at
hand where this was written. The tables say which config is which row of the
paper and how large its networks are.

    tools/dist_train.sh configs/translation/CONFIG.py 1
    tools/dist_test.sh configs/translation/CONFIG.py CHECKPOINT 1

[data.md](data.md) says what they read, [differences.md](differences.md) where
they depart from the official code. Tables 1 to 5 are the paper's (Wang et
al., NeurIPS 2020), Tables 6 to 9 its supplement's.

## How to read the tables

- **paper: FID / KID** and **paper: MAE / RMSE (x 0.1)** are the paper's
  numbers for the ensemble, less is better. KID is times 100. MAE and RMSE are
  on [-1, 1], and 1.12 stands for 0.112. The paper calls the latter MSE, but
  its code takes the root, and 0.251 could not be an MSE beside an MAE of
  0.112. FID and KID are those of the official pictures
  (`protocol='official'`), which compare with nothing else.
- Numbers without a star were checked against the supplement or later work of
  the paper's authors. **A star (`*`) is a number recalled from the main paper
  that could not be checked against its text.** No row: the paper has none.
- **generator**: its parameters in millions. **private** are those that belong
  to one of several modalities (norms, unshared convolutions, the ensemble's
  weights), **fusion** those of the fusion modules; both are part of
  generator. **discriminator**: the one that all streams share. The official
  networks have 54.42 to 54.45 and 2.77 with norms that they never run.
- A column that would be empty is left out.

## Names

`configs/translation/<method>_<sources>2<target>_<dataset>[_<variant>].py`

- `cen` exchanges channels, `single` has one source, `concat`, `average`,
  `align` and `self_attention` are the fusion baselines, `ablation` holds
  Tables 8 and 9 and controls.
- Domains as the paper calls them, with Taskonomy's names in the configs:
  `shade` is `reshading`, `texture` is `edge_texture`, `depth` is
  `depth_euclidean`, `edge` is `edge_occlusion`; `rgb` and `normal` are the
  same. The order of the sources is that of the streams.
- Fusion baselines: after which layer of the encoder they fuse (`early` 1,
  `middle` 4, `late` 8, `all` every one).
- `convs_private_norms_private` and so on: what each modality has of its own.

Another task is a few lines over a config, see the head of
[taskonomy.py](../configs/_base_/datasets/taskonomy.py).

## Whose recipe it is

- CEN: the official code's networks, losses, weights of the losses, threshold,
  optimisers, 300 epochs of single images, augmentation and test. It came for
  two modalities; three and four follow Eq. 6.
- `single` and Tables 8 and 9: the same without exchange and without the L1
  penalty.
- Fusion baselines: no code was released and the paper does not say how the
  fused map goes back into several streams. Our choice is its "same with our
  setting": shared convolutions, private norms, an ensemble; one fusion with
  shared weights is applied for every stream to its own channels followed by
  the others' (`align` keeps weights for each modality), and its result goes
  on, and into the skip connection. What the fusions leave open is our choice,
  too, marked so in their docstrings. Trained as CEN.
- Tables 4, 5, 8 and 9 are evaluated by FID and KID, Table 6 by MAE and RMSE;
  the best checkpoint is that of the ensemble's FID or MAE.
- All of rooms is our choice: domains rendered here, see [rooms.md](rooms.md),
  a smaller network, pictures of 64 x 64, rates and epochs.
"""

TITLES = dict(
    cen='CEN',
    single='One modality',
    fusion='Fusion',
    ablation='Sharing and controls')

# By kind, or by kind and data set.
NOTES = {
    ('ablation', 'taskonomy'):
    """\
Table 8 has the first three of each set of sources and CEN; Table 9 repeats
two of them beside `stats_private` (its "unshared mu, sigma^2") and
`affine_private` (its "unshared gamma, beta"). The supplement does not say
how mu and sigma were shared. While an instance norm normalises each picture
by the picture's own statistics, as the official code does in training and in
test, shared or private *running* statistics are never used: then
`affine_private` is `convs_shared_norms_private`, and `stats_private` is
`convs_shared_norms_shared`, output for output. Here they differ with
`model.predict_mode='eval'` alone.""",
}
