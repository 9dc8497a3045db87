"""Generator and discriminator at toy size."""

import torch

from backend.models.cgan import (
    CganConfig,
    Condition,
    Discriminator,
    Generator,
    PosteriorEncoder,
    config_json,
)

CONFIG = CganConfig(
    scenes=("mark:0", "disc:0"),
    text_size=6,
    width=24,
    depth=2,
    heads=2,
    condition_size=16,
    critic_width=8,
)


def condition(batch: int) -> Condition:
    torch.manual_seed(0)
    scene = torch.eye(2)[torch.arange(batch) % 2]
    return Condition(
        torch.randn(batch, 6), scene, torch.randn(batch, 3, 8, 8, 8), torch.ones(batch, 3)
    )


def awake(generator: Generator) -> Generator:
    """Zero-initialised gates make a fresh generator ignore its condition; give them weight."""
    torch.manual_seed(1)
    for block in generator.blocks:
        torch.nn.init.normal_(block.get_parameter("modulation.weight"), std=0.2)
    for layer in (generator.choose, generator.out):
        torch.nn.init.normal_(layer.weight, std=0.5)
    return generator


def test_a_fresh_generator_starts_from_its_first_exemplar() -> None:
    given = condition(2)._replace(present=torch.tensor([[1.0, 0, 0], [1.0, 1, 1]]))
    drawn = Generator(CONFIG)(torch.randn(2, 64), given)
    torch.testing.assert_close(drawn[0], given.exemplars[0, 0])
    near_first, near_second = (
        (drawn[1] - given.exemplars[1, place]).abs().mean() for place in (0, 1)
    )
    assert near_first < 0.3 * near_second


def test_hidden_exemplars_leave_text_and_layout() -> None:
    given = condition(3)
    seen = given.hiding(torch.tensor([False, True, False]))
    assert not seen.exemplars[1].any()
    assert not seen.present[1].any()
    assert torch.equal(seen.exemplars[::2], given.exemplars[::2])
    assert torch.equal(seen.vector(), given.vector())


def test_generator_shape_and_config_round_trip() -> None:
    generator = Generator(CganConfig.from_json(config_json(CONFIG)))
    assert generator(torch.randn(3, 64), condition(3)).shape == (3, 8, 8, 8)


def test_every_part_of_the_condition_matters() -> None:
    generator = awake(Generator(CONFIG))
    noise, given = torch.randn(2, 64), condition(2)
    base = generator(noise, given)
    changed = {
        "noise": generator(noise + 1, given),
        "text": generator(noise, given._replace(text=-given.text)),
        "scene": generator(noise, given._replace(scene=given.scene.flip(1))),
        "exemplars": generator(noise, given._replace(exemplars=-given.exemplars)),
        "present": generator(noise, given._replace(present=1 - given.present)),
    }
    for part, other in changed.items():
        assert not torch.allclose(base, other, atol=1e-4), part


def test_samples_of_a_batch_do_not_touch_each_other() -> None:
    generator = awake(Generator(CONFIG)).double()
    noise, given = torch.randn(4, 64).double(), Condition(*(part.double() for part in condition(4)))
    torch.testing.assert_close(
        generator(noise, given)[1:2], generator(noise[1:2], given.select(slice(1, 2)))
    )


def test_discriminator_hears_text_and_sees_exemplars() -> None:
    torch.manual_seed(2)
    judge, given, latents = Discriminator(CONFIG), condition(4), torch.randn(4, 8, 8, 8)
    logits = judge(latents, given)
    assert logits.shape == (4,)
    assert not torch.allclose(logits, judge(latents, given._replace(text=-given.text)))
    assert not torch.allclose(logits, judge(latents, given._replace(exemplars=-given.exemplars)))


def test_posterior_is_a_distribution_over_the_noise() -> None:
    mean, log_variance = PosteriorEncoder(CONFIG)(torch.randn(2, 8, 8, 8), condition(2))
    assert mean.shape == log_variance.shape == (2, 64)
    assert log_variance.max() <= 4
