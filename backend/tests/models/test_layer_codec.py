"""The layer codec at toy size."""

import torch

from backend.models.layer_codec import CodecConfig, LayerCodec, shrink_to_input


def test_shapes_and_sums() -> None:
    codec = LayerCodec(CodecConfig())
    latents = codec.encode(torch.rand(2, 2, 64, 64))
    assert latents.shape == (2, 8, 8, 8)
    layers = codec.decode(latents)
    assert layers.shape == (2, 3, 128, 128)
    torch.testing.assert_close(layers.sum(dim=1), torch.ones(2, 128, 128))
    assert layers.min() >= 0


def test_standardisation_is_undone_by_decoding() -> None:
    codec = LayerCodec(CodecConfig())
    inks = torch.rand(1, 2, 64, 64)
    plain = codec.logits(codec.bounded(inks)).softmax(dim=1)
    codec.latent_mean.fill_(0.3)
    codec.latent_std.fill_(0.5)
    torch.testing.assert_close(codec.decode(codec.encode(inks)), plain, rtol=1e-4, atol=1e-5)


def test_config_rebuilds_the_network() -> None:
    codec = LayerCodec(CodecConfig(widths=(8, 8, 16, 16)))
    twin = LayerCodec.from_config(codec.to_config())
    twin.load_state_dict(codec.state_dict())
    inks = torch.rand(1, 2, 64, 64)
    assert torch.equal(codec.encode(inks), twin.encode(inks))


def test_shrinking_is_a_box_filter() -> None:
    inks = torch.rand(1, 2, 128, 128)
    small = shrink_to_input(inks, 64)
    torch.testing.assert_close(small[0, 0, 3, 5], inks[0, 0, 6:8, 10:12].mean())
