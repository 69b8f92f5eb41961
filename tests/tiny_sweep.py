"""Lines of the table of a sweep."""
HEAD = ('key,value,config_value,seed,rgb/mIoU,mIoU,exchanged,seconds,config,'
        'commit,run')


def line(key, value, own, seed=0, miou='', exchanged='', rgb=7):
    return f'{key},{value},{own},{seed},{rgb},{miou},{exchanged},,c,h,r'
