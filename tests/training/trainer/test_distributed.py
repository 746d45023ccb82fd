"""Communication of two training processes, by gloo."""

from pathlib import Path

import forked
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.temporal import TemporalConfig
from training.trainer.distributed import Processes
from training.trainer.precision import choose_precision
from training.trainer.stopping import Stop
from training.trainer.validation import validate

CPU = torch.device("cpu")


def score(rank: int, folder: Path) -> None:
    """Validate as one of two processes, with different batch norm statistics."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder / 'meeting'}", rank=rank, world_size=2)
    torch.manual_seed(0)
    net = MSTNet(MSTNetConfig(3, "resnet18", 0.125, TemporalConfig("none")))
    net.backbone.bn1.running_mean.fill_(rank + 1)
    net.backbone.bn1.num_batches_tracked.fill_(rank + 1)
    processes = Processes(rank, 2, CPU)
    batches = [(torch.zeros(1, 2, 3, 16, 16, dtype=torch.uint8), torch.tensor([0]))]
    assert validate(net, batches, processes, choose_precision("fp32", CPU), Stop())
    torch.save(net.state_dict(), folder / f"{rank}.pt")
    processes.close()


def test_every_process_validates_with_the_statistics_of_the_first(tmp_path: Path) -> None:
    mp.start_processes(score, (tmp_path,), nprocs=2, start_method=forked.START)
    one, other = (torch.load(tmp_path / f"{rank}.pt") for rank in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert (other["backbone.bn1.running_mean"] == 1).all()
