//! Hostile files: each is an error or an inert tree, in bounded time and memory.

use super::{CASES, document};
use edgelet::error::{Error, Kind};
use edgelet::import::pickle::limits::{MAX_NODES, MAX_STACK};
use edgelet::import::pickle::{Document, Item, read};
use std::fs;

/// A pickle of protocol 4 of these pieces.
fn pickle(pieces: &[&[u8]]) -> Vec<u8> {
    [b"\x80\x04", &*pieces.concat(), b"."].concat()
}

fn inert(pieces: &[&[u8]]) -> Document {
    read(&pickle(pieces)).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(pieces: &[&[u8]]) -> Error {
    read(&pickle(pieces)).expect_err("an error")
}

/// A text's opcode.
fn text(text: &str) -> Vec<u8> {
    [&[0x8c, text.len() as u8], text.as_bytes()].concat()
}

/// An integer's opcode.
fn int(value: i64) -> Vec<u8> {
    [&[0x8a, 8][..], &value.to_le_bytes()].concat()
}

/// A dtype without columns.
fn dtype(name: &str, size: i64) -> Vec<u8> {
    let made = [b"cnumpy\ndtype\n".to_vec(), text(name), b"\x85R(K\x03".to_vec(), text("<"), b"NNN".to_vec()].concat();
    [made, int(size), b"J\xff\xff\xff\xffK\x00tb".to_vec()].concat()
}

/// An array with this dtype, shape and elements, all of them opcodes.
fn array(dtype: &[u8], shape: &[u8], elements: &[u8]) -> Vec<u8> {
    let empty = &b"cnumpy._core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"[..];
    [empty, b"(K\x01", shape, dtype, b"\x89", elements, b"tb"].concat()
}

#[test]
fn a_call_is_named_and_not_made() {
    let document = inert(&[b"cposix\nsystem\n", &text("touch called"), b"\x85R"]);
    let root = document.root();
    assert_eq!((root.class(), root.is_global()), (Some(("posix", "system")), false));
    assert_eq!(root.arguments()[0].as_str(), Some("touch called"));
    assert_eq!(document.globals().collect::<Vec<_>>(), [("posix", "system")]);
    // What is called may be anything, what is called first too; a name is listed once.
    let document = inert(&[b"cos\nsystem\ncos\nsystem\n0)R)R"]);
    assert_eq!((document.root().class(), document.globals().count()), (None, 1));
}

#[test]
fn what_is_outside_of_the_file_is_refused_by_name() {
    let opcodes: [(&[u8], &str); 12] = [
        (b"(ios\nsystem\n", "INST"),
        (b"o", "OBJ"),
        (b"P1\n", "PERSID"),
        (b"Q", "BINPERSID"),
        (b"\x82\x01", "EXT1"),
        (b"\x83\x01\x00", "EXT2"),
        (b"\x84\x01\x00\x00\x00", "EXT4"),
        (b"\x97", "NEXT_BUFFER"),
        (b"\x98", "READONLY_BUFFER"),
        (b"S'x'\n", "STRING"),
        (b"T\x01\x00\x00\x00x", "BINSTRING"),
        (b"U\x01x", "SHORT_BINSTRING"),
    ];
    for (opcode, name) in opcodes {
        let error = refused(&[b"NN0", opcode]);
        assert_eq!(error.kind(), Kind::Unsupported);
        let at = if name == "INST" { "byte 6" } else { "byte 5" };
        assert_eq!(error.at(), at, "{error}");
        assert!(error.found().starts_with(&format!("the opcode {name}:")), "{error}");
    }
    assert_eq!(read(b"\x80\x06N.").expect_err("a future protocol").found(), "protocol 6");
    assert_eq!(read(b"ZF0x1").expect_err("an old joblib").kind(), Kind::Unsupported);
    assert_eq!(
        read(b"\xff").expect_err("no opcode").to_string().split('.').next(),
        Some("byte 0: expected an opcode of a pickle, found byte 0xff")
    );
}

#[test]
fn a_billion_laughs_are_a_few_lists() {
    let mut pieces = b"]\x94".to_vec();
    for level in 0..200_u8 {
        pieces.extend([b'0', b']', 0x94, b'(']);
        pieces.extend([b'h', level].repeat(10));
        pieces.push(b'e');
    }
    let document = inert(&[&pieces]);
    let items = document.root().items().expect("a list");
    assert_eq!(items.len(), 10);
    assert!(items.iter().all(|item| item.id() == items[0].id()));
}

#[test]
fn what_contains_itself_is_read() {
    let list = inert(&[b"]\x94h\x00a"]);
    assert_eq!(list.root().items().expect("a list")[0].id(), list.root().id());
    let dict = inert(&[b"}\x94", &text("me"), b"h\x00s"]);
    assert_eq!(dict.root().get("me").map(Item::id), Some(dict.root().id()));
    let state = inert(&[b"cx\ny\n)\x81\x94h\x00b"]);
    assert_eq!(state.root().state().map(Item::id), Some(state.root().id()));
    assert!(state.root().attribute("anything").is_none());
    assert_eq!(refused(&[b"cx\ny\n)\x81h\x00b"]).kind(), Kind::InvalidModel);
    assert_eq!(refused(&[b"cx\ny\n)\x81NbNb"]).found(), "a second one");
}

#[test]
fn depth_costs_no_stack() {
    let deep = [b"N".to_vec(), vec![0x85; 1_000_000]].concat();
    let document = inert(&[&deep]);
    let mut item = document.root();
    let mut depth = 0;
    while let Some(items) = item.items() {
        (item, depth) = (items[0], depth + 1);
    }
    assert_eq!(depth, 1_000_000);
    let calls = [b"cos\nsystem\n".to_vec(), b")R".repeat(1_000_000)].concat();
    assert_eq!(inert(&[&calls]).root().kind(), "an instance");
    let lists = [vec![b']'; 1_000_000], vec![b'a'; 999_999]].concat();
    assert_eq!(inert(&[&lists]).root().items().map(|items| items.len()), Some(1));
}

#[test]
fn counts_are_bounded() {
    // A few objects are there before the first: None, the truths and the empty tuple.
    let lists = |count: usize| b"]0".repeat(count);
    assert!(inert(&[&lists(MAX_NODES - 4), b"N"]).root().is_none());
    assert_eq!(refused(&[&lists(MAX_NODES - 3), b"N"]).kind(), Kind::LimitExceeded);
    assert!(inert(&[b"N(", &vec![b'N'; MAX_STACK - 1], b"1"]).root().is_none());
    assert_eq!(refused(&[b"N(", &vec![b'N'; MAX_STACK], b"1"]).kind(), Kind::LimitExceeded);
    assert!(inert(&[&vec![b'('; MAX_STACK], &vec![b'1'; MAX_STACK], b"N"]).root().is_none());
    assert_eq!(refused(&[&vec![b'('; MAX_STACK + 1]]).kind(), Kind::LimitExceeded);
    // Numbers to remember count up.
    for memo in [&b"Nr\xff\xff\xff\xff"[..], b"Nr\x00\x00\x10\x00", b"Np4294967295\n"] {
        assert_eq!(refused(&[memo]).kind(), Kind::LimitExceeded);
    }
    assert_eq!(refused(&[b"N\x94h\x01"]).found(), "none under 1");
    assert!(inert(&[b"Nq\x00h\x00", &[0x94; 300], b"0"]).root().is_none());
}

#[test]
fn lengths_beyond_the_file_take_no_memory() {
    let long = u64::MAX.to_le_bytes();
    for opcode in [0x8d_u8, 0x8e, 0x96, 0x95] {
        assert_eq!(refused(&[&[opcode], &long, b"x"]).kind(), Kind::InvalidModel);
    }
    for opcode in [b'X', b'B', 0x8b] {
        assert_eq!(refused(&[&[opcode], &long[..4], b"x"]).kind(), Kind::InvalidModel);
    }
    assert_eq!(refused(&[b"\x8c\x02\xed\xa0"]).kind(), Kind::Unsupported);
    assert_eq!(refused(&[b"c", &vec![b'm'; 2 << 20]]).kind(), Kind::InvalidModel);
}

#[test]
fn arrays_are_as_large_as_their_bytes() {
    let eight = b"C\x08abcdefgh";
    let of = |shape: &[u8]| array(&dtype("f8", 8), shape, eight);
    assert_eq!(inert(&[&of(b"K\x01\x85")]).root().array().map(|array| array.len()), Some(1));
    let (large, larger) = ([int(1 << 31), int(1 << 31)].concat(), int(1 << 62));
    for shape in [
        &b"K\x02\x85"[..],
        b"K\x00\x85",
        b"J\xff\xff\xff\xff\x85",
        b"N",
        b"]",
        &larger,
        &[&large[..], b"\x86"].concat(),
    ] {
        assert_eq!(refused(&[&of(shape)]).kind(), Kind::InvalidModel, "{shape:?}");
    }
    let many = [b"(", &b"K\x01".repeat(65)[..], b"t"].concat();
    assert_eq!(refused(&[&of(&many)]).kind(), Kind::InvalidModel);
    // What takes no bytes could be there any number of times.
    for (name, shape) in [("U0", int(1 << 40)), ("V0", int(1 << 30)), ("S0", int(2))] {
        let shape = [&shape[..], b"\x85"].concat();
        assert_eq!(refused(&[&array(&dtype(name, 0), &shape, b"C\x00")]).kind(), Kind::InvalidModel);
    }
    let none = [&int(1 << 30)[..], b"K\x00\x86"].concat();
    assert_eq!(
        inert(&[&array(&dtype("f8", 8), &none, b"C\x00")]).root().array().and_then(|array| array.floats()),
        Some(vec![])
    );
    // The objects of a list that many arrays share are counted with each.
    let list = [b"]\x94(", &vec![b'N'; 1 << 16][..], b"e0"].concat();
    let shared = [b"0".to_vec(), array(&dtype("O8", 8), &[&int(1 << 16)[..], b"\x85"].concat(), b"h\x00")].concat();
    assert_eq!(refused(&[&list, b"N", &shared.repeat(200)]).kind(), Kind::LimitExceeded);
    // And the bytes that are made out of a text.
    let encode = [b"0c_codecs\nencode\nh\x00".to_vec(), text("latin1"), b"\x86R".to_vec()].concat();
    let once = [b"X\x00\x00\x01\x00".to_vec(), vec![b'x'; 1 << 16], b"\x94".to_vec()].concat();
    assert_eq!(inert(&[&once, &encode]).root().as_bytes().map(<[u8]>::len), Some(1 << 16));
    assert_eq!(refused(&[&once, &encode.repeat(3)]).kind(), Kind::LimitExceeded);
}

#[test]
fn dtypes_are_bounded() {
    // A record in a record in a record ….
    let mut record = dtype("f8", 8);
    for _ in 0..20 {
        let fields = [b"}", &text("x")[..], &record, b"K\x00\x86s"].concat();
        let state = [b"(K\x03", &text("|")[..], b"N", &text("x"), b"\x85", &fields, b"K\x08K\x08K\x00tb"].concat();
        record = [b"cnumpy\ndtype\n", &text("V8")[..], b"\x85R", &state].concat();
    }
    let document = inert(&[&record]);
    assert_eq!((document.root().kind(), document.root().class()), ("an instance", Some(("numpy", "dtype"))));
    let error = refused(&[&array(&record, b"K\x01\x85", b"C\x08abcdefgh")]);
    assert_eq!(error.kind(), Kind::InvalidModel);
    for (name, size) in [("f8", 7), ("i3", 3), ("U1", 5), ("x8", 8), ("", 8), ("é", 8), ("f99999999999999999999", 8)] {
        assert_eq!(inert(&[&dtype(name, size)]).root().kind(), "an instance", "{name} {size}");
    }
}

#[test]
fn arguments_shared_by_many_calls_are_not_copied() {
    let tuple = [b"(", &vec![b'N'; 1 << 20][..], b"t\x94"].concat();
    let call = b"c_codecs\nencode\nh\x00R0";
    assert_eq!(inert(&[&tuple, &call.repeat(1 << 17)]).root().items().map(|items| items.len()), Some(1 << 20));
    // Nor the state of joblib's descriptions.
    let wrapper = b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81";
    let state = [b"}(", &b"K\x01N".repeat(1 << 20)[..], b"u\x94"].concat();
    assert_eq!(refused(&[&state, wrapper, b"h\x00b"]).kind(), Kind::InvalidModel);
}

#[test]
fn damaged_files_are_errors_or_other_objects() {
    for (case, file) in [("scaler", "protocol2.pkl"), ("scaler", "protocol5.pkl"), ("arrays", "protocol5.joblib")] {
        let path = CASES.path().join(case).join(file);
        document(&path);
        let bytes = fs::read(path).expect("a file");
        let step = 1 + bytes.len() / 1000;
        for end in (0..bytes.len()).step_by(step) {
            let error = read(&bytes[..end]).expect_err("a part of a file");
            assert!(matches!(error.kind(), Kind::InvalidModel | Kind::Unsupported), "{error}");
        }
        let mut changed = bytes.clone();
        for at in (0..bytes.len()).step_by(step) {
            for byte in [0, 0x7f, 0xff, bytes[at] ^ 1, bytes[at] ^ 0x80] {
                changed[at] = byte;
                let _ = read(&changed);
            }
            changed[at] = bytes[at];
        }
    }
    for name in ["zlib", "gzip", "bz2", "lzma", "xz", "lz4"] {
        let bytes = fs::read(CASES.path().join(format!("scaler/{name}.joblib"))).expect("a file");
        let error = read(&bytes[..bytes.len() / 2]).expect_err("half of a file");
        assert_eq!((error.kind(), error.at().split(':').next()), (Kind::InvalidModel, Some(name)));
        for at in 6..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            let _ = read(&changed);
        }
    }
}
