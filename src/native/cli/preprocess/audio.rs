//! `--audio`: how a sound becomes an input of a network: presets, settings by librosa's names, and Hugging Face's feature
//! extractors.

use super::{MAX_BYTES, input};
use crate::error::{Error, Kind, Result};
use crate::native::cli::Globals;
use crate::native::store;
use crate::network::{Around, Audio, Bands, Dim, Level, MelScale, Port, Preprocessing, Spectrum, Taper};
use clap::Args;
use serde_json::Value;
use std::f64::consts::LN_10;

/// The options.
#[derive(Args)]
#[group(skip)]
pub struct Options {
    /// How a sound becomes the input: raw (its samples), wav2vec2 (the same, normalized), whisper, kaldi (fbank), librosa or torchaudio
    /// (their melspectrogram in decibels), or the preprocessor_config.json of a Hugging Face model (Whisper, Wav2Vec2, AST)
    #[arg(long, value_name = "NAME|FILE")]
    audio: Option<String>,
    /// What of --audio is otherwise: input=NAME, rate=16000, samples=16000 (or 1s: cut or filled up), n_fft=512, win_length=400,
    /// hop_length=160, window=hann (hann_symmetric, hamming, hamming_symmetric, blackman, povey, ones), center=reflect (constant,
    /// false), power=2 (1), n_mels=40 (none: frequencies), fmin=20, fmax=8000, mel=htk (slaney, kaldi), norm=none (slaney), log=db
    /// (log10, ln, none), floor=1e-10, offset=0, top_db=80 (none), ref=1 (max), n_mfcc=13, frames=98, mean=0, std=1, layout=bands_first
    /// (frames_first), scale=1, preemphasis=0, remove_dc=false, normalize=false; may be given again
    #[arg(long, value_name = "NAME=VALUE", requires = "audio")]
    audio_set: Vec<String>,
}

impl Options {
    /// Whether `--audio` is given.
    pub fn is_given(&self) -> bool {
        self.audio.is_some()
    }

    /// What was asked for, if it was.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for what is no setting.
    pub fn settings(&self, globals: Globals) -> Result<Option<Settings>> {
        let Some(how) = &self.audio else { return Ok(None) };
        let mut settings = Settings::new();
        if let Some((_, preset)) = PRESETS.iter().find(|(name, _)| name == how) {
            preset.split(' ').filter(|setting| !setting.is_empty()).try_for_each(|setting| settings.set(setting))?;
        } else if how.ends_with(".json") {
            let bytes = store::read_within(how, MAX_BYTES, globals)?;
            settings.read(&bytes).map_err(|error| error.within(&store::shown(how)))?;
        } else {
            let names: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            let expected = format!("{}, or a .json file", names.join(", "));
            return Err(Error::new(Kind::BadOption, "--audio", expected, how.to_owned()));
        }
        self.audio_set.iter().try_for_each(|setting| settings.set(setting))?;
        settings.check(how)?;
        Ok(Some(settings))
    }
}

/// The names of `--audio`, with the settings that they stand for: what each library does unless it is told otherwise.
const PRESETS: [(&str, &str); 6] = [
    ("raw", ""),
    ("wav2vec2", "normalize=true"),
    (
        "whisper",
        "n_fft=400 hop_length=160 n_mels=80 mel=slaney norm=slaney log=log10 range=8 samples=480000 frames=3000 mean=-4 std=4",
    ),
    (
        "kaldi",
        "scale=32768 n_fft=512 win_length=400 hop_length=160 window=povey center=false remove_dc=true preemphasis=0.97 n_mels=80 \
         mel=kaldi fmin=20 log=ln floor=1.1920928955078125e-7 layout=frames_first",
    ),
    (
        "librosa",
        "rate=22050 n_fft=2048 hop_length=512 center=constant n_mels=128 mel=slaney norm=slaney log=db top_db=80",
    ),
    ("torchaudio", "n_fft=400 hop_length=200 n_mels=128 log=db"),
];

/// How magnitudes become levels.
#[derive(Clone, Copy)]
enum Log {
    None,
    Natural,
    Decimal,
    /// Of magnitudes those of their squares.
    Decibels,
}

/// Settings in the making: what is nothing follows from others, or from the input.
pub struct Settings {
    input: Option<String>,
    rate: u32,
    /// How many; of seconds or of samples.
    samples: Option<(f64, bool)>,
    scale: f64,
    normalized: bool,
    /// Without it the samples are the input.
    fft: Option<u32>,
    length: Option<u32>,
    hop: Option<u32>,
    window: (Taper, bool),
    around: Around,
    squared: bool,
    mels: Option<u32>,
    from: f64,
    to: Option<f64>,
    mel: MelScale,
    same_area: bool,
    log: Log,
    floor: f64,
    offset: f64,
    range: Option<f64>,
    below_largest: bool,
    cosines: Option<u32>,
    frames: Option<u32>,
    mean: Vec<f64>,
    deviation: Vec<f64>,
    bands_first: Option<bool>,
    preemphasis: f64,
    without_mean: bool,
}

impl Settings {
    fn new() -> Self {
        Self {
            input: None,
            rate: 16_000,
            samples: None,
            scale: 1.0,
            normalized: false,
            fft: None,
            length: None,
            hop: None,
            window: (Taper::Hann, true),
            around: Around::Mirrored,
            squared: true,
            mels: None,
            from: 0.0,
            to: None,
            mel: MelScale::Htk,
            same_area: false,
            log: Log::None,
            floor: 1e-10,
            offset: 0.0,
            range: None,
            below_largest: false,
            cosines: None,
            frames: None,
            mean: vec![0.0],
            deviation: vec![1.0],
            bands_first: None,
            preemphasis: 0.0,
            without_mean: false,
        }
    }

    /// Refuses what a library does in a way of its own.
    fn check(&self, preset: &str) -> Result<()> {
        let wrong = |name: &str, expected: &str, found: String| {
            Err(Error::new(Kind::BadOption, format!("--audio-set {name}"), expected.to_owned(), found))
        };
        let is_short = self.length.is_some_and(|length| Some(length) != self.fft);
        if matches!(preset, "librosa" | "torchaudio") && self.around == Around::Nothing && is_short {
            return wrong("win_length", "n_fft, where center is false", "another length".into());
        }
        if preset == "torchaudio" && self.rate % 2 == 1 {
            return wrong("rate", "an even one: torchaudio drops half a sample of it", self.rate.to_string());
        }
        Ok(())
    }

    /// Sets one by its name.
    fn set(&mut self, setting: &str) -> Result<()> {
        let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
        let wrong = |expected: &str| {
            Error::new(Kind::BadOption, format!("--audio-set {name}"), expected.to_owned(), format!("{value:?}"))
        };
        let number = || value.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(|| wrong("a number"));
        let count = || value.parse::<u32>().map_err(|_| wrong("a whole number"));
        let or_none = |number: &dyn Fn() -> Result<f64>| if value == "none" { Ok(None) } else { number().map(Some) };
        let is_true = || match value {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(wrong("true or false")),
        };
        let numbers = || {
            let numbers: Option<Vec<f64>> = value.split(',').map(|number| number.trim().parse().ok()).collect();
            numbers.ok_or_else(|| wrong("numbers"))
        };
        match name {
            "input" => self.input = Some(value.to_owned()),
            "rate" => self.rate = count()?,
            "samples" => {
                let seconds = value.strip_suffix('s');
                let found = seconds.unwrap_or(value).parse().ok().filter(|x: &f64| x.is_finite() && *x > 0.0);
                self.samples = Some((found.ok_or_else(|| wrong("16000, or 1s"))?, seconds.is_some()));
            }
            "scale" => self.scale = number()?,
            "normalize" => self.normalized = is_true()?,
            "n_fft" => self.fft = Some(count()?),
            "win_length" => self.length = Some(count()?),
            "hop_length" => self.hop = Some(count()?),
            "window" => {
                self.window = match value {
                    "hann" => (Taper::Hann, true),
                    "hann_symmetric" => (Taper::Hann, false),
                    "hamming" => (Taper::Hamming, true),
                    "hamming_symmetric" => (Taper::Hamming, false),
                    "blackman" => (Taper::Blackman, true),
                    "povey" => (Taper::Povey, false),
                    "ones" => (Taper::Ones, true),
                    _ => {
                        let known = "hann, hann_symmetric, hamming, hamming_symmetric, blackman, povey or ones";
                        return Err(wrong(known));
                    }
                }
            }
            "center" => {
                self.around = match value {
                    "reflect" | "true" => Around::Mirrored,
                    "constant" => Around::Zeros,
                    "false" => Around::Nothing,
                    _ => return Err(wrong("reflect, constant or false")),
                }
            }
            "power" => {
                self.squared = match value {
                    "1" | "1.0" => false,
                    "2" | "2.0" => true,
                    _ => return Err(wrong("1 or 2")),
                }
            }
            "n_mels" => self.mels = if value == "none" { None } else { Some(count()?) },
            "fmin" => self.from = number()?,
            "fmax" => self.to = or_none(&number)?,
            "mel" => {
                self.mel = match value {
                    "htk" => MelScale::Htk,
                    "slaney" => MelScale::Slaney,
                    "kaldi" => MelScale::Kaldi,
                    _ => return Err(wrong("htk, slaney or kaldi")),
                }
            }
            "norm" => {
                self.same_area = match value {
                    "slaney" => true,
                    "none" => false,
                    _ => return Err(wrong("slaney or none")),
                }
            }
            "log" => {
                self.log = match value {
                    "none" => Log::None,
                    "ln" => Log::Natural,
                    "log10" => Log::Decimal,
                    "db" => Log::Decibels,
                    _ => return Err(wrong("ln, log10, db or none")),
                }
            }
            "floor" => self.floor = number()?,
            "offset" => self.offset = number()?,
            "top_db" | "range" => self.range = or_none(&number)?,
            "ref" => {
                self.below_largest = match value {
                    "1" | "1.0" => false,
                    "max" => true,
                    _ => return Err(wrong("1 or max")),
                }
            }
            "n_mfcc" => self.cosines = Some(count()?),
            "frames" => self.frames = Some(count()?),
            "mean" => self.mean = numbers()?,
            "std" => self.deviation = numbers()?,
            "layout" => {
                self.bands_first = Some(match value {
                    "bands_first" => true,
                    "frames_first" => false,
                    _ => return Err(wrong("bands_first or frames_first")),
                });
            }
            "preemphasis" => self.preemphasis = number()?,
            "remove_dc" => self.without_mean = is_true()?,
            _ => {
                let known = "a setting that `edgelet import --help` names";
                return Err(Error::new(Kind::BadOption, "--audio-set", known, setting.to_owned()));
            }
        }
        Ok(())
    }

    /// Reads the settings of a feature extractor of Hugging Face. What it would do and edgelet does not is refused.
    fn read(&mut self, bytes: &[u8]) -> Result<()> {
        let wrong = |at: &str, expected: &str, found: String| {
            Error::new(Kind::BadOption, at.to_owned(), expected.to_owned(), found)
        };
        let config: Value =
            serde_json::from_slice(bytes).map_err(|error| wrong("JSON", "an object", error.to_string()))?;
        let get = |name: &str| config.get(name).filter(|value| !value.is_null());
        let number = |name: &str, or: f64| match get(name) {
            None => Ok(or),
            Some(value) => value.as_f64().ok_or_else(|| wrong(name, "a number", value.to_string())),
        };
        let is_true = |name: &str, or: bool| get(name).map_or(or, |value| value.as_bool().unwrap_or(!or));
        let kind = get("feature_extractor_type").and_then(Value::as_str).unwrap_or("none");
        let rate = number("sampling_rate", 16_000.0)?;
        for (name, usual) in [("padding_value", 0.0), ("dither", 0.0)] {
            let found = number(name, usual)?;
            if found != usual {
                return Err(wrong(name, "0", found.to_string()));
            }
        }
        let mut set = |setting: &str, x: f64| self.set(&format!("{setting}={x}"));
        set("rate", rate)?;
        match kind {
            "WhisperFeatureExtractor" if !is_true("do_normalize", false) => {
                let chunk = number("chunk_length", 30.0)? * rate;
                let hop = number("hop_length", 160.0)?;
                [("n_fft", number("n_fft", 400.0)?), ("n_mels", number("feature_size", 80.0)?), ("hop_length", hop)]
                    .into_iter()
                    .chain([("samples", chunk), ("frames", (chunk / hop).floor()), ("fmax", 8000.0)])
                    .chain([("range", 8.0), ("mean", -4.0), ("std", 4.0)])
                    .try_for_each(|(name, x)| set(name, x))?;
                ["mel=slaney", "norm=slaney", "log=log10"].iter().try_for_each(|setting| self.set(setting))
            }
            "Wav2Vec2FeatureExtractor" => {
                self.normalized = is_true("do_normalize", true);
                Ok(())
            }
            "ASTFeatureExtractor" => {
                set("n_mels", number("num_mel_bins", 128.0)?)?;
                set("frames", number("max_length", 1024.0)?)?;
                if is_true("do_normalize", true) {
                    set("mean", number("mean", -4.267_739_3)?)?;
                    set("std", 2.0 * number("std", 4.568_997_4)?)?;
                }
                // 25 ms and 10 ms of Kaldi, whatever the rate.
                set("win_length", (rate * 0.025).floor())?;
                set("hop_length", (rate * 0.01).floor())?;
                set("n_fft", f64::from(((rate * 0.025) as u32).next_power_of_two()))?;
                let others = "window=hann_symmetric center=false remove_dc=true preemphasis=0.97 mel=kaldi fmin=20 log=ln \
                              floor=1.1920928955078125e-7 layout=frames_first";
                others.split_whitespace().try_for_each(|setting| self.set(setting))
            }
            _ => Err(wrong(
                "feature_extractor_type",
                "Whisper, Wav2Vec2 or AST, as they are by default",
                kind.to_owned(),
            )
            .hint("Give the settings that come to the same with --audio librosa (or kaldi, raw …) and --audio-set.")),
        }
    }

    /// How a sound becomes numbers; the layout is `usual` unless it was said.
    pub fn audio(&self, usual: bool) -> Audio {
        let factor = match self.log {
            Log::None => None,
            Log::Natural => Some(1.0),
            Log::Decimal => Some(1.0 / LN_10),
            Log::Decibels => Some(if self.squared { 10.0 } else { 20.0 } / LN_10),
        };
        let spectrum = self.fft.map(|fft| {
            let length = self.length.unwrap_or(fft);
            Spectrum {
                fft,
                length,
                hop: self.hop.unwrap_or(length / 4),
                window: self.window.0,
                periodic: self.window.1,
                around: self.around,
                without_mean: self.without_mean,
                preemphasis: self.preemphasis,
                squared: self.squared,
                bands: self.mels.map(|count| Bands {
                    count,
                    from: self.from,
                    to: self.to.unwrap_or(f64::from(self.rate) / 2.0),
                    scale: self.mel,
                    same_area: self.same_area,
                }),
                level: factor.map(|factor| Level { factor, added: self.offset, least: self.floor }),
                frames: self.frames,
                below_largest: self.below_largest,
                range: self.range,
                cosines: self.cosines,
                mean: self.mean.clone(),
                deviation: self.deviation.clone(),
                bands_first: self.bands_first.unwrap_or(usual),
            }
        });
        let normalized = self.normalized.then_some(1e-7);
        let samples = self.samples.map(|(x, is_seconds)| if is_seconds { x * f64::from(self.rate) } else { x });
        let samples = samples.map(|samples| samples.round() as u32);
        Audio { rate: self.rate, scale: self.scale, samples, normalized, spectrum }
    }

    /// What is done for the input that sounds go into: what was not said follows from its shape.
    pub fn fitted(mut self, inputs: &[Port]) -> Result<Preprocessing> {
        let input = input("--audio-set input", self.input.as_deref(), inputs)?;
        let fixed = |dim: &Dim| if let Dim::Fixed(length) = dim { Some(*length) } else { None };
        let mut lengths: Vec<Option<u32>> = inputs[input].shape.iter().flatten().map(fixed).collect();
        // A dimension of 1 behind is the channel.
        lengths.pop_if(|last| *last == Some(1));
        let bands_first = match lengths[..] {
            [.., before, last] => {
                let numbers = self.audio(true).spectrum.map(|spectrum| spectrum.numbers());
                before == numbers || last != numbers
            }
            _ => true,
        };
        if self.fft.is_none() {
            let length = lengths.last().copied().flatten();
            self.samples = self.samples.or(length.map(|length| (f64::from(length), false)));
        }
        Ok(Preprocessing::Audio { input: input as u32, audio: self.audio(bands_first) })
    }
}
