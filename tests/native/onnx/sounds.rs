//! Sounds: front ends beside librosa, transformers and scipy, and what is refused.

use super::script;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn sounds_become_what_librosa_and_transformers_make_of_them_or_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    println!("{}", script("sounds.py", &[&place("")]));
    let run =
        |arguments: &[&str]| Command::new(env!("CARGO_BIN_EXE_edgelet")).args(arguments).output().expect("the program");
    let refused = |arguments: &[&str], expected: &str| {
        let run = run(arguments);
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!run.status.success() && told.contains(expected), "{arguments:?}: {told}");
    };
    let (network, speech) = (place("classifier.onnx"), place("speech.wav"));
    let import = |options: &[&str], expected: &str| {
        let output = place("refused.edgelet");
        refused(&[&["import", &network, "-o", &output][..], options].concat(), expected);
        assert!(!Path::new(&output).exists());
    };
    import(&["--audio", "librosa"], "sounds of the shape [n, 1, 40, 101], found [1, 1, 128, ?]");
    import(
        &["--audio", "mp3"],
        "expected raw, wav2vec2, whisper, kaldi, librosa, torchaudio, or a .json file, found mp3",
    );
    import(&["--audio", "raw"], "sounds of the shape [n, 1, 40, 101], found [1, 1, 1, 101]");
    for (setting, expected) in [
        ("rate=0", "rate: expected 1 to 768000, found 0"),
        ("samples=no", "expected 16000, or 1s, found \"no\""),
        ("n_fft=511", "expected even numbers, found 511 and 511"),
        ("win_length=1024", "win_length: expected 1 to 512, found 1024"),
        ("hop_length=0", "hop_length: expected 1 to"),
        ("window=triangle", "found \"triangle\""),
        ("fmax=9000", "expected frequencies from 0 to 8000 Hz, fmin below fmax, found 0 to 9000"),
        ("fmin=8000", "fmin below fmax"),
        ("n_mfcc=41", "n_mfcc: expected 1 to 40, found 41"),
        ("std=0", "std not 0"),
        ("mean=1,2", "mean: expected 1 number or 40, found 2"),
        ("power=3", "expected 1 or 2, found \"3\""),
        ("frames=100", "found [1, 1, 40, 100]"),
        ("input=voice", "expected one of sound, found voice"),
        ("volume=2", "a setting that `edgelet import --help` names"),
    ] {
        let options =
            ["rate=16000", "n_fft=512", "hop_length=160", "n_mels=40", setting].map(|setting| ["--audio-set", setting]);
        import(&[&["--audio", "librosa"][..], options.as_flattened()].concat(), expected);
    }
    let kept = ["--audio", "librosa", "--audio-set", "center=false", "--audio-set", "win_length=400"];
    import(&kept, "expected n_fft, where center is false");
    import(&["--audio", "torchaudio", "--audio-set", "rate=11025"], "torchaudio drops half a sample");
    for (settings, expected) in [
        (
            r#"{"feature_extractor_type": "ClapFeatureExtractor"}"#,
            "Whisper, Wav2Vec2 or AST, as they are by default, found ClapFeatureExtractor",
        ),
        (r#"{"feature_extractor_type": "WhisperFeatureExtractor", "do_normalize": true}"#, "as they are by default"),
        (r#"{"feature_extractor_type": "WhisperFeatureExtractor", "dither": 0.1}"#, "dither: expected 0, found 0.1"),
        (
            r#"{"feature_extractor_type": "Wav2Vec2FeatureExtractor", "padding_value": 1}"#,
            "padding_value: expected 0, found 1",
        ),
        (
            r#"{"feature_extractor_type": "ASTFeatureExtractor", "sampling_rate": "fast"}"#,
            "sampling_rate: expected a number",
        ),
        ("[", "expected an object"),
    ] {
        fs::write(place("settings.json"), settings).expect("a file");
        import(&["--audio", &place("settings.json")], expected);
    }

    let labelled = place("classifier.edgelet");
    let told = String::from_utf8(run(&["inspect", &labelled]).stdout).expect("UTF-8");
    let expected = "sound takes sounds: 16000 samples a second, 16000 of them, frames of 512 every 160 (hann), 40 mel bands from 0 to 8000 Hz (slaney), logarithms";
    assert!(told.contains(expected), "{told}");
    let plain = place("plain.edgelet");
    assert!(run(&["import", &network, "-o", &plain]).status.success());
    refused(&["predict", &plain, &speech], "`edgelet import NETWORK --audio …` tells how a sound becomes its input");
    let bytes = fs::read(&speech).expect("a sound");
    let damaged = place("damaged.wav");
    for (bytes, expected) in [
        (bytes[..30].to_vec(), "a WAV of PCM or of 32-bit floats"),
        (bytes[..bytes.len() / 2 + 1].to_vec(), "damaged.wav"),
        ([&bytes[..20], &[0x55, 0], &bytes[22..]].concat(), "ffmpeg"),
        // No channels; no rate; no samples.
        ([&bytes[..22], &[0, 0], &bytes[24..]].concat(), "damaged.wav"),
        ([&bytes[..24], &[0; 8], &bytes[32..]].concat(), "sample rate: expected 1 to 768000"),
        ([&bytes[..40], &[0; 4]].concat(), "samples: expected at least one"),
    ] {
        fs::write(&damaged, &bytes).expect("a file");
        refused(&["predict", &labelled, &damaged], expected);
    }
}
