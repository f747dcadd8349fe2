//! Recordings, in a folder or in an array, become a network that hears them.

use super::edgelet;
use edgelet::format::decode_network;
use edgelet::native::data::npz;
use edgelet::network::{Audio, Data, Dtype, Preprocessing, Tensor};
use hound::{SampleFormat, WavSpec, WavWriter};
use std::f32::consts::TAU;
use std::fs;
use std::path::Path;

/// Samples a second, and of a recording.
const RATE: u32 = 8000;
const LENGTH: usize = 2000;
const FRONT_END: [&str; 12] = [
    "--audio",
    "librosa",
    "--audio-set",
    "rate=8000",
    "--audio-set",
    "n_fft=256",
    "--audio-set",
    "hop_length=128",
    "--audio-set",
    "n_mels=16",
    "--audio-set",
    "ref=max",
];

/// A tone that glides up or down, in one of several voices, as 16 bits at a rate.
fn glide(is_up: bool, i: usize, rate: u32) -> Vec<i16> {
    let count = LENGTH * rate as usize / RATE as usize;
    let pitch = 400.0 + 60.0 * (i % 7) as f32;
    let sample = |k: usize| {
        let t = k as f32 / rate as f32;
        let slope = if is_up { 2400.0 } else { -1200.0 };
        let start = if is_up { pitch } else { pitch + 600.0 };
        ((TAU * (start * t + slope * t * t / 2.0)).sin() * (8000.0 + 700.0 * (i % 5) as f32)) as i16
    };
    (0..count).map(sample).collect()
}

fn write_wav(path: &Path, samples: &[i16], rate: u32) {
    let spec = WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut writer = WavWriter::create(path, spec).expect("a file");
    samples.iter().for_each(|x| writer.write_sample(*x).expect("a sample"));
    writer.finalize().expect("a file");
}

/// A folder for each direction, with recordings of 10 speakers at two rates, and noise that is no example.
fn recordings(folder: &Path) {
    for (label, is_up) in [("up", true), ("down", false), ("_background_noise_", true)] {
        fs::create_dir_all(folder.join(label)).expect("a folder");
        for i in 0..20 {
            let rate = if i % 3 == 0 { 2 * RATE } else { RATE };
            write_wav(&folder.join(label).join(format!("s{}_{i}.wav", i % 10)), &glide(is_up, i, rate), rate);
        }
    }
    fs::write(folder.join("README.md"), "no recording").expect("a file");
}

fn audio(path: &Path) -> Audio {
    let network = decode_network(fs::read(path).expect("a file")).expect("a network");
    match network.preprocessing() {
        [Preprocessing::Audio { audio, .. }] => audio.clone(),
        others => panic!("{others:?}"),
    }
}

#[test]
fn a_folder_of_recordings_becomes_a_network_that_hears_them() {
    let folder = tempfile::tempdir().expect("a folder");
    recordings(&folder.path().join("words"));
    let how = [
        "--model",
        "cnn",
        "--set",
        "filters=4x8",
        "--set",
        "epochs=30",
        "--group",
        "speaker",
        "--audio-set",
        "samples=0.25s",
    ];
    let train = |more: &[&str]| {
        edgelet(folder.path(), &[&["train", "words", "-o", "words.edgelet"], &how[..], &FRONT_END[..], more].concat())
    };
    let (is_trained, told) = train(&["--json"]);
    assert!(is_trained, "{told}");
    let report: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(
        (&report["rows"], &report["target"], &report["shape"]),
        (&40.into(), &"label".into(), &serde_json::json!([16, 16]))
    );
    assert_eq!(audio(&folder.path().join("words.edgelet")).samples, Some(LENGTH as u32));
    let (_, inspected) = edgelet(folder.path(), &["inspect", "words.edgelet"]);
    assert!(inspected.contains("sound takes sounds: 8000 samples a second, 2000 of them"), "{inspected}");
    let (is_proved, _) = edgelet(folder.path(), &["verify", "words.edgelet"]);
    assert!(is_proved);
    // Voices that it never heard, at a third rate.
    for (is_up, label) in [(true, "up"), (false, "down")] {
        write_wav(&folder.path().join("new.wav"), &glide(is_up, 24, 3 * RATE), 3 * RATE);
        let (_, told) = edgelet(folder.path(), &["predict", "words.edgelet", "new.wav", "--top", "1"]);
        assert!(told.contains(&format!("\"label\":\"{label}\"")), "{label}: {told}");
    }

    for (arguments, expected) in [
        (
            &["train", "words", "--model", "cnn"][..],
            "--image raw of pictures, --audio librosa of recordings, found neither, and a folder",
        ),
        (&["train", "words", "--audio", "librosa"], "--audio: expected --model cnn, found another model"),
        (&["train", "words", "--model", "cnn", "--audio", "librosa"], "--audio-set samples=1s"),
        (
            &["train", "words", "--model", "cnn", "--audio", "raw", "--audio-set", "samples=1s"],
            "a front end that makes frames",
        ),
        (&["train", "words/up", "--model", "cnn", "--audio", "librosa"], "a folder for each label"),
    ] {
        let (is_done, told) = edgelet(folder.path(), arguments);
        assert!(!is_done && told.contains(expected), "{arguments:?}: {told}");
    }
    fs::write(folder.path().join("words/up/s3_21.wav"), "RIFF    WAVEfmt ").expect("a file");
    let (is_done, told) = train(&[]);
    assert!(!is_done && told.contains("s3_21.wav"), "{told}");
}

#[test]
fn an_array_of_recordings_is_heard_as_it_is_trained() {
    let folder = tempfile::tempdir().expect("a folder");
    let all: Vec<Vec<i16>> = (0..40).map(|i| glide(i % 2 == 0, i, RATE)).collect();
    let count = all.len();
    let samples = all.iter().flatten().map(|x| i64::from(*x)).collect();
    let sounds = Tensor::new(Dtype::I16, vec![count, LENGTH], Data::I64(samples)).expect("sounds");
    let labels = (0..count).map(|i| if i % 2 == 0 { "up" } else { "down" }.to_owned()).collect();
    let labels = Tensor::new(Dtype::Text, vec![count], Data::Text(labels)).expect("labels");
    let write = |name: &str, sounds: &Tensor| {
        fs::write(folder.path().join(name), npz(&[("sounds", sounds), ("kinds", &labels)]).expect("an archive"))
            .expect("a file");
    };
    write("sounds.npz", &sounds);
    let train = |name: &str, out: &str| {
        let how = ["--target", "kinds", "--model", "cnn", "--set", "filters=4x4", "--set", "epochs=2", "-o", out];
        edgelet(folder.path(), &[&["train", name], &how[..], &FRONT_END[..]].concat())
    };
    let (is_trained, told) = train("sounds.npz", "whole.edgelet");
    assert!(is_trained, "{told}");
    // The same samples as floats are the same sounds.
    let floats = all.iter().flatten().map(|x| f32::from(*x) / 32_768.0).collect();
    write("floats.npz", &Tensor::new(Dtype::F32, vec![count, LENGTH], Data::F32(floats)).expect("sounds"));
    assert!(train("floats.npz", "floats.edgelet").0);
    let read = |name: &str| fs::read(folder.path().join(name)).expect("a file");
    assert!(read("whole.edgelet") == read("floats.edgelet"), "other bytes");
    assert_eq!(audio(&folder.path().join("whole.edgelet")).samples, Some(LENGTH as u32));

    let bytes = Tensor::new(Dtype::U8, vec![count, LENGTH], Data::I64(vec![0; count * LENGTH])).expect("bytes");
    write("bytes.npz", &bytes);
    let (_, told) = train("bytes.npz", "refused.edgelet");
    assert!(told.contains("samples as floats from -1 to 1, or of 16 bits, found uint8"), "{told}");
    write("images.npz", &Tensor::new(Dtype::F32, vec![count, 4, 4], Data::F32(vec![0.0; count * 16])).expect("images"));
    let (_, told) = train("images.npz", "refused.edgelet");
    assert!(told.contains("recordings: [n, samples], found [40, 4, 4]"), "{told}");
    write(
        "gap.npz",
        &Tensor::new(Dtype::F32, vec![count, LENGTH], Data::F32(vec![f32::NAN; count * LENGTH])).expect("sounds"),
    );
    let (_, told) = train("gap.npz", "refused.edgelet");
    assert!(told.contains("sounds: example 0: samples[0]: expected a finite number"), "{told}");
    assert!(!folder.path().join("refused.edgelet").exists());
}
