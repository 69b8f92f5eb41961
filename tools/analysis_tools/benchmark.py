"""Time and memory of the folded network, the loop and the plain network.

    python tools/analysis_tools/benchmark.py --size 192x256 --json out.json
    python tools/analysis_tools/benchmark.py --network unet --batch 1

Three networks do the same convolutions on N samples of M modalities:

    folded  CENResNet or CENUNetGenerator on a batch of N*M
    loop    the official way, modality by modality; same weights as folded
    floor   one unimodal network on a batch of N*M, with neither private
            norms nor exchange: mmseg's stock ResNet, or the loop's U-Net
            for one modality, without an ensemble

--deployed times inference alone, on one thread of a CPU, in torch and in
onnxruntime (extra deploy), of

    floor     the plain network with folded norms on a batch of N*M
    naive     the folded CEN as it is
    deployed  what cen_mm.deploy makes of it, at several shares of exchanged
              channels

It takes no option that says otherwise. --fusions adds ResNets that fuse after
every stage, whose time is to be read beside their FLOPs.

A train step is forward, backward and SGD update. The contestants take turns,
and a ratio is the median over the rounds of the ratio within a round, so that
a machine that slows down slows all of them. Brackets hold the quartiles.
Where other processes wait for the same cores, --clock cpu leaves out the
waiting, though not what they do to caches and memory.

Memory is the most that a step holds at once of what torch allocates, beyond
weights and inputs: the allocator's own peak on CUDA, and on a CPU the sum
over the profiler's allocation events. Unlike the resident memory of the
process, both are exact and do not depend on what ran before, on malloc or on
the neighbours; scratch buffers inside CPU libraries are left out.
"""
import argparse


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('--network', default='resnet', choices=['resnet', 'unet'])
    add('--depth', type=int, nargs='+', help='of the ResNet: 50 (default), '
        '101, 152; layers of the encoder of the U-Net: 8 (default), 7, 6, 5')
    add('--size', metavar='HEIGHTxWIDTH',
        help='default: 192x256; 256x256 for the U-Net')
    add('--batch', type=int, default=2, help='N (default: 2)')
    add('--modalities', type=int, default=2, help='M (default: 2)')
    add('--device', choices=['auto', 'cpu', 'cuda'], help='default: auto')
    add('--dtype', nargs='+', default=[], choices=['fp32', 'bf16', 'fp16'],
        help='default: fp32; bf16 and fp16 run under autocast')
    add('--statistics', nargs='+', default=[], choices=['frozen', 'batch'],
        help='of the norms of the ResNet in training, whose inference always '
        'uses the\nrunning ones; default: both')
    add('--fusions', nargs='+', default=[], help='for the ResNet',
        choices=['concat_all', 'self_attention_all'])
    add('--iters', type=int, default=30, help='rounds (default: 30)')
    add('--warmup', type=int, default=3, help='rounds before (default: 3)')
    add('--clock', default='wall', choices=['wall', 'cpu'], help='time of the '
        'wall, or of the processor, for CPUs that others use too')
    add('--channels-last', action='store_true')
    add('--compile', action='store_true', help='torch.compile all of them')
    add('--deployed', action='store_true', help='networks that ship')
    add('--json', help='file for the rows and the environment',
        dest='json_file', metavar='JSON')
    args = parser.parse_args()

    from cen_mm.analysis.cost.benchmark import benchmark
    try:
        print(benchmark(**vars(args)))
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))


if __name__ == '__main__':
    main()
