"""Texts through `edgelet import --tokenizer` beside the library `tokenizers`.

    python tests/onnx/texts.py target/debug/edgelet FOLDER [--texts N] [NAME ...]

Tokenizers of every supported kind are trained on the project's own documents and on made texts of many scripts. Each goes before a
network that gives back its ids, mask and types, and thousands of texts come out of it as the library itself encodes them. With
--texts N of each tokenizer about so many, and not every character.
"""

import argparse
import json
import random
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

ROOT = Path(__file__).resolve().parents[2]
RANDOM = random.Random(5)
MADE = [
    "Crème brûlée à la carte, naïve façade, Ångström, Đặng Thị Hồng", "ΟΔΥΣΣΕΥΣ ὁ πολύτροπος, τὸν Ὀδυσσέα", "İstanbul'da ılık ışık IĞDIR",
    "自然言語処理と日本語のテキスト、漢字かな混じり", "中文分词是一个问题。豈更車", "한국어 문장을 토큰으로 나누기 각각 힣", "مرحبا بالعالم، هذا نَصٌّ عَرَبِيٌّ", "שָׁלוֹם עוֹלָם",
    "ภาษาไทยไม่มีช่องว่างระหว่างคำ", "हिन्दी में लिखा हुआ वाक्य", "👩‍👩‍👧‍👦 family 🏳️‍🌈 👍🏽 ☕️", "tabs\tand\nnew\r\nlines   and\u00a0spaces\u3000wide\u2003em", "zero\u200bwidth\u200d\u2060\ufeffhere",
    "bad\ufffd\x00\x01\x7f\x85\xad chars", "e\u0301e\u0323\u0302 a\u0302\u0323 \u0301start \u302e\u302f\U0001d165\U0001d15e", "ﬁne ﬂow ½ ² ℌ Ａｂｃ ㍿ ﷺ", "don't I'LL we'Ve it'ſ they're I'm he'd YOU'RE",
    "x" * 300, "3.14159 1,000,000 １２３ ⅷ ٣٤٥ 2nd", "http://example.com/a?b=c&d=[e]#f_g-h", "[CLS] a [MASK]b [SEP]  <mask> hello<s>World</s> <|endoftext|>x <pad>", " leading", "trailing   ", "   ", "", "a", "ß ẞ ǅ ŉ ΐ ﬅ K Å",
]
LINES = [line for name in ("README.md", "LICENSE-APACHE", "docs/FORMAT.md", "docs/TRAIN.md", "src/format/mod.rs") for line in (ROOT / name).read_text().splitlines()]
# Those that other runtimes run too: tests/npm/texts.test.mjs.
SHOWN = ["bert", "roberta", "llama3"]
ASSIGNED = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]
MARKS = [c for c in ASSIGNED if unicodedata.combining(c)]
PLAIN = [c for c in ASSIGNED if ord(c) < 0x3000]


def texts(count):
    """Made ones, lines of documents, and random ones: of all characters, of marks, of pieces of others."""
    yield from MADE
    yield from RANDOM.sample(LINES, min(count // 4, len(LINES)))
    for _ in range(count // 4):
        yield "".join(RANDOM.choices(PLAIN if RANDOM.random() < 0.6 else ASSIGNED, k=RANDOM.randint(1, 30)))
        yield "".join(RANDOM.choice([RANDOM.choice(MARKS), RANDOM.choice("ae oıc가각中\u302e\U0001d15e"), RANDOM.choice(PLAIN)]) for _ in range(12))
        yield "".join(RANDOM.choice([" ", "  ", "\n", "\r\n \n", "'s", "'LL", "12345", "<mask>", "[MASK]", "!?", "Word", "é", RANDOM.choice(MADE)[:9]]) for _ in range(8))


def every_character():
    """Every assigned character alone, and many between letters, in texts of 64."""
    for start in range(0, len(ASSIGNED), 64):
        part = ASSIGNED[start : start + 64]
        yield " ".join(part)
        yield "a".join(part)


def mirror(path, shape=("n", "length")):
    names = [("input_ids", "ids"), ("attention_mask", "mask"), ("token_type_ids", "types"), ("position_ids", "positions")]
    ports = [[helper.make_tensor_value_info(pair[i], TensorProto.INT64, shape) for pair in names] for i in (0, 1)]
    graph = helper.make_graph([helper.make_node("Identity", [a], [b]) for a, b in names], "mirror", *ports)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)


def special(pad="[PAD]", start="[CLS]", end="[SEP]", unknown="[UNK]", mask="[MASK]"):
    return [pad, unknown, start, end, AddedToken(mask, lstrip=True, special=True)]


def trained(model, trainer, normalizer=None, pre=None, post=None, edit=None, added=()):
    made = Tokenizer(model)
    if normalizer:
        made.normalizer = normalizer
    if pre:
        made.pre_tokenizer = pre
    made.train_from_iterator(LINES + MADE * 3, trainer)
    made.add_tokens(list(added))
    if post:
        made.post_processor = post(made)
    if edit is None:
        return made
    config = json.loads(made.to_str())
    edit(config)
    return Tokenizer.from_str(json.dumps(config))


def bert_post(made):
    return processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[(t, made.token_to_id(t)) for t in ("[CLS]", "[SEP]")]
    )


def roberta_post(made):
    return processors.RobertaProcessing(("[SEP]", made.token_to_id("[SEP]")), ("[CLS]", made.token_to_id("[CLS]")))


CL100K = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = CL100K.replace(r"\p{N}{1,3}", r"\p{N}")
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
])
CLIP = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


def tokenizers():
    n, p, word = normalizers, pre_tokenizers, lambda **kw: trainers.WordPieceTrainer(vocab_size=900, special_tokens=special(), show_progress=False, **kw)
    pair = lambda **kw: trainers.BpeTrainer(vocab_size=900, special_tokens=special(), show_progress=False, **kw)
    piece = lambda **kw: models.WordPiece(unk_token="[UNK]", **kw)
    alphabet = {"initial_alphabet": p.ByteLevel.alphabet()}
    yield "bert", trained(piece(), word(), n.BertNormalizer(), p.BertPreTokenizer(), bert_post)
    yield "cased", trained(piece(), word(), n.BertNormalizer(lowercase=False), p.BertPreTokenizer(), lambda t: processors.BertProcessing(("[SEP]", t.token_to_id("[SEP]")), ("[CLS]", t.token_to_id("[CLS]"))))
    yield "accents", trained(piece(max_input_chars_per_word=20), word(), n.BertNormalizer(strip_accents=False, handle_chinese_chars=False, clean_text=False), p.BertPreTokenizer(), bert_post)
    words = [AddedToken("zebra", single_word=True), AddedToken("Yes", lstrip=True, rstrip=True), AddedToken("an", normalized=True), AddedToken("ação", normalized=True), AddedToken("the end", normalized=False)]
    yield "added", trained(piece(), word(), n.BertNormalizer(), p.BertPreTokenizer(), bert_post, added=words)
    yield "whitespace", trained(piece(), word(), n.Sequence([n.NFD(), n.Lowercase(), n.StripAccents()]), p.Whitespace(), bert_post)
    yield "nfkd", trained(piece(), word(), n.Sequence([n.Strip(), n.NFKD(), n.Replace("``", '"'), n.Prepend("> ")]), p.Sequence([p.WhitespaceSplit(), p.Punctuation("contiguous"), p.Digits(True)]), bert_post)
    yield "nfd", trained(piece(), word(), n.NFD(), p.Sequence([p.WhitespaceSplit(), p.Punctuation("merged_with_previous"), p.Digits(False)]))
    yield "next", trained(piece(), word(), n.NFKC(), p.Sequence([p.Split(" ", "merged_with_next"), p.Punctuation("merged_with_next"), p.CharDelimiterSplit("e")]))
    yield "gpt2", trained(models.BPE(), pair(**alphabet), None, p.ByteLevel(add_prefix_space=False), lambda t: processors.ByteLevel())
    yield "roberta", trained(models.BPE(), pair(**alphabet), None, p.ByteLevel(add_prefix_space=True), roberta_post, added=[AddedToken("<mask>", lstrip=True)])
    for name, pattern in [("llama3", CL100K), ("qwen", QWEN), ("o200k", O200K)]:
        whole = (lambda c: c["model"].update(ignore_merges=True)) if name == "llama3" else None
        yield name, trained(models.BPE(), pair(**alphabet), n.NFC() if name == "qwen" else None, p.Sequence([p.Split(Regex(pattern), "isolated"), p.ByteLevel(add_prefix_space=False, use_regex=False)]), bert_post, whole)
    yield "clip", trained(
        models.BPE(unk_token="[UNK]", end_of_word_suffix="</w>"), pair(end_of_word_suffix="</w>", **alphabet), n.Sequence([n.NFC(), n.Replace(Regex(r"\s+"), " "), n.Lowercase()]),
        p.Sequence([p.Split(Regex(CLIP), "removed", invert=True), p.ByteLevel(add_prefix_space=False)]), roberta_post,
    )
    for scheme in ("always", "first", "never"):
        yield f"metaspace-{scheme}", trained(models.BPE(unk_token="[UNK]", fuse_unk=scheme != "always"), pair(limit_alphabet=60), None, p.Metaspace(prepend_scheme=scheme, split=scheme != "never"), bert_post)

    def fallback(config):
        vocabulary = config["model"]["vocab"]
        for byte in range(256):
            vocabulary.setdefault(f"<0x{byte:02X}>", len(vocabulary))
        config["model"].update(byte_fallback=True, fuse_unk=True)
        config["model"]["merges"] = [" ".join(merge) for merge in config["model"]["merges"] if not any(" " in part for part in merge)]

    yield "llama2", trained(models.BPE(unk_token="[UNK]"), pair(limit_alphabet=60), n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")]), None, bert_post, fallback)
    yield "subwords", trained(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"), pair(continuing_subword_prefix="##", limit_alphabet=50), n.Lowercase(), p.Whitespace())


def encoded(made, batch):
    """What the library makes of a batch, filled up as edgelet does where the file says nothing."""
    if made.padding is None:
        made.enable_padding(pad_id=made.token_to_id("[PAD]"), pad_token="[PAD]")
    rows = made.encode_batch([tuple(each) if isinstance(each, list) else each for each in batch])
    made = {name: np.array([getattr(row, field) for row in rows]) for name, field in [("ids", "ids"), ("mask", "attention_mask"), ("types", "type_ids")]}
    return made | {"positions": np.tile(np.arange(made["ids"].shape[1]), (len(rows), 1))}


def run(*arguments):
    finished = subprocess.run(list(map(str, arguments)), capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def compare(program, folder, name, made, batches, network="mirror", library=None):
    """How many texts there are, and how many come out otherwise than `library`, or else the tokenizer itself, encodes them."""
    made.save(str(folder / "tokenizer.json"))
    run(program, "import", folder / f"{network}.onnx", "-o", folder / f"{name}.edgelet", "--tokenizer", folder / "tokenizer.json")
    count = wrong = 0
    for batch in batches:
        (folder / "texts.json").write_text(json.dumps(batch))
        run(program, "predict", folder / f"{name}.edgelet", folder / "texts.json", "-o", folder / "made.npz")
        found, expected = dict(np.load(folder / "made.npz")), encoded(library or made, batch)
        count += len(batch)
        for i, text in enumerate(batch):
            alike = all(found[key].shape == expected[key].shape and np.array_equal(found[key][i], expected[key][i]) for key in expected)
            if not alike:
                wrong += 1
                if wrong <= 4:
                    print(f"{name}: {text!r}\n  edgelet {found['ids'][i][:40]}\n  library {expected['ids'][i][:40]}")
    return count, wrong


def refused(program, folder, name, batch):
    """How many texts, each alone, the program makes nothing of."""
    count = 0
    for text in batch:
        (folder / "texts.json").write_text(json.dumps([text]))
        finished = subprocess.run([program, "predict", folder / f"{name}.edgelet", folder / "texts.json"], capture_output=True, text=True)
        count += finished.returncode == 1 and "that can be cut to" in finished.stderr
    return count


def is_cut(made, pair):
    """Whether the library can cut one of two texts."""
    try:
        made.encode(*pair)
    except Exception:
        return False
    return True


def ways(made, sample):
    """Cut and filled up, one text and two: the directions, the strategies."""
    pairs = [[a, b] for a, b in zip(sample, reversed(sample))]
    yield "pairs", lambda: None, pairs
    for most, strategy, direction in [(12, "longest_first", "right"), (13, "longest_first", "left"), (5, "longest_first", "right")]:
        yield f"{strategy}-{direction}-{most}", lambda: made.enable_truncation(most, strategy=strategy, direction=direction), sample + pairs
    yield "fixed-left", lambda: made.enable_padding(length=16, direction="left", pad_id=3, pad_type_id=1, pad_token="[SEP]"), sample + pairs
    yield "multiple", lambda: made.enable_padding(pad_to_multiple_of=8), sample


def leave(folder, name, made, sample):
    """NAME.json: texts, pairs and what the library makes of them, for other runtimes to make of NAME.edgelet."""
    given = {"texts": sample, "pairs": [[a, b] for a, b in zip(sample, reversed(sample))]}
    made_of = {key: {port: rows.tolist() for port, rows in encoded(made, batch).items()} for key, batch in given.items()}
    made.no_padding()
    (folder / f"{name}.json").write_text(json.dumps({"given": given, "made": made_of}))


def classifier(program, folder, made):
    """A network that tells prose from Rust by its tokens' log odds, trained here, and what it says of lines that it has not seen."""
    sources = {"prose": "docs/TRAIN.md LICENSE-APACHE docs/REGISTRY.md", "rust": "src/format/mod.rs src/infer/reduce.rs src/math.rs"}
    lines = {label: [line for name in names.split() for line in (ROOT / name).read_text().splitlines() if len(line) > 40] for label, names in sources.items()}
    counts = np.ones((made.get_vocab_size(), len(lines)))
    for place, texts in enumerate(lines.values()):
        for row in made.encode_batch(texts[::2]):
            np.add.at(counts[:, place], row.ids, 1)
    odds = np.log(counts / counts.sum(0)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["odds", "input_ids"], ["each"]),
        helper.make_node("Cast", ["attention_mask"], ["counted"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["counted", "last"], ["mask"]),
        helper.make_node("Mul", ["each", "mask"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "middle"], ["sums"], keepdims=0),
        helper.make_node("Softmax", ["sums"], ["scores"]),
    ]
    weights = [onnx.numpy_helper.from_array(array, name) for name, array in [("odds", odds), ("last", np.array([2])), ("middle", np.array([1]))]]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "length"]) for name in ("input_ids", "attention_mask")]
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", len(lines)])
    graph = helper.make_graph(nodes, "classifier", inputs, [scores], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), folder / "classifier.onnx")
    (folder / "labels.txt").write_text("\n".join(lines))
    made.save(str(folder / "prose.json"))
    run(program, "import", folder / "classifier.onnx", "-o", folder / "classifier.edgelet", "--tokenizer", folder / "prose.json", "--labels", folder / "labels.txt")
    unseen = [text for texts in lines.values() for text in texts[1::2]]
    said = [list(lines)[odds[row.ids].sum(0).argmax()] for row in made.encode_batch(unseen)]
    right = np.mean([text in lines[label] for text, label in zip(unseen, said)])
    assert right > 0.9, right
    (folder / "classifier.json").write_text(json.dumps({"texts": unseen, "said": said}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--texts", type=int, default=2000)
    asked = parser.parse_intermixed_args()
    program, folder = asked.program, asked.folder
    mirror(folder / "mirror.onnx")
    mirror(folder / "fixed.onnx", ("n", 16))
    total = failed = 0
    characters = list(every_character())
    for name, made in tokenizers():
        if asked.names and name not in asked.names:
            continue
        sample = list(texts(asked.texts))
        if name in SHOWN:
            leave(folder, name, made, sample[:200])
        if name == SHOWN[0]:
            classifier(program, folder, made)
        found = [compare(program, folder, name, made, [sample, RANDOM.sample(characters, min(2 * asked.texts, len(characters)))])]
        few = RANDOM.sample(sample, 200)
        for way, change, batch in ways(made, few):
            made.no_padding()
            made.no_truncation()
            if way.startswith(("fixed", "multiple")):
                made.enable_truncation(16)
            change()
            found.append(compare(program, folder, f"{name}-{way}", made, [batch]))
        # A network that takes 16 tokens makes them so many.
        made.no_padding()
        made.no_truncation()
        config = made.to_str()
        made.enable_truncation(16)
        made.enable_padding(length=16, pad_id=made.token_to_id("[PAD]"), pad_token="[PAD]")
        expected, made = made, Tokenizer.from_str(config)
        found.append(compare(program, folder, f"{name}-length", made, [few], "fixed", expected))
        for strategy in ("only_first", "only_second"):
            made.no_padding()
            made.enable_truncation(9, strategy=strategy)
            pairs = [[a, b] for a, b in zip(few, sample)]
            found.append(compare(program, folder, f"{name}-{strategy}", made, [[pair for pair in pairs if is_cut(made, pair)]]))
            others = [pair for pair in pairs if not is_cut(made, pair)][:2]
            assert refused(program, folder, f"{name}-{strategy}", others) == len(others), f"{name} {strategy}: {others}"
        count, wrong = (sum(column) for column in zip(*found))
        print(f"{name}: {count} texts, {wrong} wrong")
        total, failed = total + count, failed + wrong
    print(f"{total} texts as the library encodes them" if not failed else f"{failed} of {total} texts are wrong")
    sys.exit(failed > 0)
