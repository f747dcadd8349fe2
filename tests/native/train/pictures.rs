//! Pictures, in a folder or in an array, become a network that sees them.

use super::edgelet;
use edgelet::format::decode_network;
use edgelet::native::data::npz;
use edgelet::network::{Colors, Data, Dtype, Image, Preprocessing, Sides, Tensor};
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const LABELS: [&str; 3] = ["across", "down", "even"];

/// A picture of stripes across or down, or of no stripes, in colours and a size of its own.
fn picture(label: &str, i: u32, (width, height): (u32, u32)) -> RgbImage {
    let colour = [60 + 11 * (i % 9) as u8, 200 - 13 * (i % 7) as u8, 40 * (i % 5) as u8];
    let period = 0.2 + 0.02 * (i % 4) as f32;
    RgbImage::from_fn(width, height, |x, y| {
        let place = match label {
            "across" => y as f32 / height as f32,
            "down" => x as f32 / width as f32,
            _ => return Rgb(colour),
        };
        let is_dark = ((place + 0.03 * i as f32) / period).fract() < 0.5;
        Rgb(if is_dark { colour.map(|x| x / 4) } else { colour })
    })
}

fn preprocessing(path: &Path) -> Image {
    let network = decode_network(fs::read(path).expect("a file")).expect("a network");
    match network.preprocessing() {
        [Preprocessing::Image { input: 0, image }] => image.clone(),
        others => panic!("{others:?}"),
    }
}

const TRAIN: [&str; 6] = ["--model", "cnn", "--set", "filters=4x8", "--set", "epochs=12"];

#[test]
fn a_folder_of_pictures_becomes_a_network_that_sees_them() {
    let folder = tempfile::tempdir().expect("a folder");
    for label in LABELS {
        fs::create_dir_all(folder.path().join("stripes").join(label)).expect("a folder");
        for i in 0..24 {
            let (format, end) = [(ImageFormat::Png, "png"), (ImageFormat::Jpeg, "JPG")][i as usize % 2];
            let path = folder.path().join("stripes").join(label).join(format!("{i}.{end}"));
            picture(label, i, (40 + i, 64 - i)).save_with_format(path, format).expect("a picture");
        }
    }
    fs::write(folder.path().join("stripes/across/notes.txt"), "no picture").expect("a file");
    let train = |more: &[&str]| {
        edgelet(folder.path(), &[&["train", "stripes", "-o", "stripes.edgelet"], &TRAIN[..], more].concat())
    };
    let (is_trained, told) = train(&["--image", "raw", "--image-set", "resize=16x16", "--json"]);
    assert!(is_trained, "{told}");
    let report: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(
        (&report["rows"], &report["target"], &report["shape"]),
        (&72.into(), &"label".into(), &json!([16, 16, 3]))
    );
    assert!(preprocessing(&folder.path().join("stripes.edgelet")).channels_last);
    let (_, inspected) = edgelet(folder.path(), &["inspect", "stripes.edgelet"]);
    assert!(
        inspected.contains("image takes images") && inspected.contains("classes (3): across, down, even"),
        "{inspected}"
    );
    assert!(edgelet(folder.path(), &["verify", "stripes.edgelet"]).0);
    // Pictures that it never saw, of another size.
    for label in LABELS {
        picture(label, 31, (100, 80)).save(folder.path().join("new.png")).expect("a picture");
        let (_, told) = edgelet(folder.path(), &["predict", "stripes.edgelet", "new.png", "--top", "1"]);
        assert!(told.contains(&format!("\"label\":\"{label}\"")), "{label}: {told}");
    }
    // Gray ones have no colours to stand last.
    let gray = ["--image", "unit", "--image-set", "resize=20", "--image-set", "crop=16", "--image-set", "colors=gray"];
    let (is_trained, told) = train(&[&gray[..], &["--json"]].concat());
    let report: Value = serde_json::from_str(&told).expect("JSON");
    assert!(is_trained && report["shape"] == json!([16, 16]), "{told}");
    let kept = preprocessing(&folder.path().join("stripes.edgelet"));
    assert!(kept.colors == Colors::Gray && matches!(kept.resize, Some((Sides::Shorter(20), _))), "{kept:?}");

    for (arguments, expected) in [
        (&[][..], "--image raw of pictures, --audio librosa of recordings, found neither, and a folder"),
        (&["--image", "raw"], "--image-set resize=64x64"),
        (&["--image", "raw", "--image-set", "resize=16"], "--image-set resize=64x64"),
        (&["--image", "raw", "--audio", "librosa"], "--audio, --image: expected one of them"),
        (&["--image", "raw", "--image-set", "layout=channels_first"], "found layout"),
        (&["--audio", "librosa", "--audio-set", "samples=1s"], "with files of that label in it: .wav"),
    ] {
        let (is_done, told) = train(arguments);
        assert!(!is_done && told.contains(expected), "{arguments:?}: {told}");
    }
    let (is_done, told) = edgelet(folder.path(), &["train", "stripes", "--model", "svm", "--image", "raw"]);
    assert!(!is_done && told.contains("--image: expected --model cnn, found another model"), "{told}");
    fs::write(folder.path().join("stripes/even/99.png"), "no picture").expect("a file");
    let (is_done, told) = train(&["--image", "raw", "--image-set", "resize=16x16"]);
    assert!(!is_done && told.contains("99.png"), "{told}");
}

#[test]
fn an_array_of_pictures_is_seen_as_it_is_trained() {
    let folder = tempfile::tempdir().expect("a folder");
    let (side, count) = (16, 60);
    let pictures: Vec<RgbImage> = (0..count).map(|i| picture(LABELS[i % 3], i as u32, (side, side))).collect();
    let bytes = |picture: &RgbImage| picture.as_raw().iter().map(|x| i64::from(*x)).collect::<Vec<_>>();
    let shape = vec![count, side as usize, side as usize, 3];
    let labels = (0..count).map(|i| LABELS[i % 3].to_owned()).collect();
    let labels = Tensor::new(Dtype::Text, vec![count], Data::Text(labels)).expect("labels");
    let write = |name: &str, pictures: &Tensor| {
        let archive = npz(&[("pictures", pictures), ("kinds", &labels)]).expect("an archive");
        fs::write(folder.path().join(name), archive).expect("a file");
    };
    let whole = Data::I64(pictures.iter().flat_map(bytes).collect());
    write("pictures.npz", &Tensor::new(Dtype::U8, shape.clone(), whole).expect("pictures"));
    let train = |name: &str, more: &[&str]| {
        let given = ["train", name, "--target", "kinds", "-o", "kinds.edgelet"];
        edgelet(folder.path(), &[&given[..], &TRAIN[..], more].concat())
    };
    let (is_trained, told) = train("pictures.npz", &["--image", "tf"]);
    assert!(is_trained, "{told}");
    let kept = preprocessing(&folder.path().join("kinds.edgelet"));
    assert_eq!(kept.resize.map(|(sides, _)| sides), Some(Sides::Both(side, side)));
    // A file's pixels become the numbers that the array's did.
    picture("down", 61, (side, side)).save(folder.path().join("one.png")).expect("a picture");
    let numbers =
        bytes(&picture("down", 61, (side, side))).iter().map(|x| ((*x as f64 / 255.0 - 0.5) / 0.5) as f32).collect();
    let one = Tensor::new(Dtype::F32, vec![1, side as usize, side as usize, 3], Data::F32(numbers)).expect("numbers");
    fs::write(folder.path().join("one.npz"), npz(&[("pictures", &one)]).expect("an archive")).expect("a file");
    let seen = edgelet(folder.path(), &["predict", "kinds.edgelet", "one.png"]);
    assert_eq!(seen, edgelet(folder.path(), &["predict", "kinds.edgelet", "one.npz"]));
    assert!(seen.0, "{}", seen.1);

    let floats = Data::F32(vec![0.5; count * side as usize * side as usize * 3]);
    write("floats.npz", &Tensor::new(Dtype::F32, shape, floats).expect("numbers"));
    let (is_done, told) = train("floats.npz", &["--image", "raw"]);
    assert!(!is_done && told.contains("pictures: array: expected pixels of bytes: uint8, found float32"), "{told}");
    write("flat.npz", &Tensor::new(Dtype::U8, vec![count, 4], Data::I64(vec![0; count * 4])).expect("numbers"));
    let (is_done, told) = train("flat.npz", &["--image", "raw"]);
    assert!(!is_done && told.contains("pictures: [n, height, width]"), "{told}");
}
