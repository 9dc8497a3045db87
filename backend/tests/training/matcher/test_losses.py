import math

import torch

from backend.training.matcher.losses import contrastive_loss


def test_right_pairs_far_from_all_others_cost_nothing() -> None:
    same = torch.eye(4)
    assert contrastive_loss(same, same, 100.0).item() < 1e-6


def test_pairs_that_all_look_alike_cost_the_log_of_their_number() -> None:
    alike = torch.ones(5, 3) / math.sqrt(3)
    torch.testing.assert_close(contrastive_loss(alike, alike, 10.0).item(), math.log(5))


def test_the_loss_is_symmetric_and_matches_its_definition() -> None:
    generator = torch.Generator().manual_seed(0)
    images, texts = (
        torch.nn.functional.normalize(torch.randn(6, 4, generator=generator), dim=1)
        for _ in range(2)
    )
    logits = 7.0 * images @ texts.T
    rows = -(logits.diag() - logits.logsumexp(1)).mean()
    columns = -(logits.diag() - logits.logsumexp(0)).mean()
    torch.testing.assert_close(contrastive_loss(images, texts, 7.0), (rows + columns) / 2)
    torch.testing.assert_close(
        contrastive_loss(images, texts, 7.0), contrastive_loss(texts, images, 7.0)
    )
