//! Which files of a camera's card belong together: a clip and what the camera wrote beside it.
//!
//! Pure: paths within a watch in, the name of a unit out. Cards are known by their folders, wherever these lie.

/// What a file belongs to: files with the same key are one clip. `None` for a file that stands alone.
#[must_use]
pub(super) fn unit_of(relative: &[u8]) -> Option<Vec<u8>> {
    let steps: Vec<&[u8]> = relative.split(|byte| *byte == b'/').collect();
    let (name, folders) = steps.split_last()?;
    red(folders)
        .or_else(|| p2(folders, name))
        .or_else(|| avchd(folders, name))
        .or_else(|| xdcam(folders, name))
        .or_else(|| dcim(folders, name))
}

/// RED: `A001_0101AB.RDM/A001_C001_0101AB.RDC/A001_C001_0101AB_001.R3D`: the folder of the clip.
fn red(folders: &[&[u8]]) -> Option<Vec<u8>> {
    let clip = folders
        .iter()
        .position(|folder| has_ending(folder, b".rdc"))?;
    Some(key(&folders[..=clip], b""))
}

/// Panasonic P2: `CONTENTS/VIDEO/0001AB.MXF`, `CONTENTS/AUDIO/0001AB00.MXF`, `CONTENTS/CLIP/0001AB.XML`.
fn p2(folders: &[&[u8]], name: &[u8]) -> Option<Vec<u8>> {
    const KINDS: [&[u8]; 6] = [b"video", b"audio", b"clip", b"icon", b"proxy", b"voice"];
    const CLIP: usize = 6;
    let at = folder_named(folders, &[b"contents"])?;
    let kind = folders.get(at + 1)?;
    if !is_one_of(kind, &KINDS) {
        return None;
    }
    let clip = stem(name).get(..CLIP)?;
    Some(key(&folders[..=at], clip))
}

/// AVCHD and Blu-ray: `BDMV/STREAM/00001.MTS`, `BDMV/CLIPINF/00001.CPI`.
fn avchd(folders: &[&[u8]], name: &[u8]) -> Option<Vec<u8>> {
    let at = folder_named(folders, &[b"bdmv"])?;
    let kind = folders.get(at + 1)?;
    is_one_of(kind, &[b"stream", b"clipinf"]).then(|| key(&folders[..=at], stem(name)))
}

/// Sony: `XDROOT/Clip/C0001.MXF` with `C0001M01.XML`, `M4ROOT/SUB/C0001S03.MP4`, `M4ROOT/THMBNL/C0001T01.JPG`.
fn xdcam(folders: &[&[u8]], name: &[u8]) -> Option<Vec<u8>> {
    const KINDS: [&[u8]; 5] = [b"clip", b"sub", b"thmbnl", b"edit", b"proxy"];
    let (kind, root) = folders.split_last()?;
    let is_root = root
        .last()
        .is_some_and(|root| is_one_of(root, &[b"xdroot", b"m4root"]));
    let is_bare = is_one_of(kind, &[b"clip"]) && has_ending(name, b".mxf") || is_side_car(name);
    if !is_one_of(kind, &KINDS) || !(is_root || is_bare) {
        return None;
    }
    Some(key(root, clip_of(stem(name))))
}

/// `C0001M01` belongs to `C0001`: a letter for the kind and two digits.
fn clip_of(stem: &[u8]) -> &[u8] {
    match stem {
        [clip @ .., kind, tens, ones]
            if !clip.is_empty()
                && b"MSTIR".contains(&kind.to_ascii_uppercase())
                && tens.is_ascii_digit()
                && ones.is_ascii_digit() =>
        {
            clip
        }
        _ => stem,
    }
}

fn is_side_car(name: &[u8]) -> bool {
    has_ending(name, b".xml") && clip_of(stem(name)) != stem(name)
}

/// Everything else that takes pictures: `DCIM/100MEDIA/DJI_0001.MP4` with `.SRT`, `.THM`, `.LRF`, and `GoPro`'s
/// `GX010001.MP4` with `GL010001.LRV`.
fn dcim(folders: &[&[u8]], name: &[u8]) -> Option<Vec<u8>> {
    folder_named(folders, &[b"dcim"])?;
    let stem = stem(name);
    let clip = match stem {
        [g, kind, number @ ..]
            if g.eq_ignore_ascii_case(&b'g')
                && b"HXLSP".contains(&kind.to_ascii_uppercase())
                && number.len() == 6
                && number.iter().all(u8::is_ascii_digit) =>
        {
            number
        }
        _ => stem,
    };
    Some(key(folders, clip))
}

fn key(folders: &[&[u8]], clip: &[u8]) -> Vec<u8> {
    let mut key = folders.join(&b'/');
    key.push(0);
    key.extend(clip.iter().map(u8::to_ascii_uppercase));
    key
}

fn folder_named(folders: &[&[u8]], names: &[&[u8]]) -> Option<usize> {
    folders.iter().rposition(|folder| is_one_of(folder, names))
}

fn is_one_of(name: &[u8], names: &[&[u8]]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn has_ending(name: &[u8], ending: &[u8]) -> bool {
    name.len() > ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
}

fn stem(name: &[u8]) -> &[u8] {
    let dot = name.iter().rposition(|byte| *byte == b'.');
    &name[..dot.filter(|dot| *dot > 0).unwrap_or(name.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_and_its_side_cars_are_one_unit() {
        for files in [
            &[
                "DCIM/100MEDIA/DJI_0001.MP4",
                "DCIM/100MEDIA/DJI_0001.SRT",
                "DCIM/100MEDIA/DJI_0001.LRF",
            ][..],
            &[
                "DCIM/100GOPRO/GX010001.MP4",
                "DCIM/100GOPRO/GL010001.LRV",
                "DCIM/100GOPRO/GX010001.THM",
            ],
            &[
                "PRIVATE/AVCHD/BDMV/STREAM/00001.MTS",
                "PRIVATE/AVCHD/BDMV/CLIPINF/00001.CPI",
            ],
            &[
                "PRIVATE/M4ROOT/CLIP/C0001.MP4",
                "PRIVATE/M4ROOT/CLIP/C0001M01.XML",
                "PRIVATE/M4ROOT/SUB/C0001S03.MP4",
                "PRIVATE/M4ROOT/THMBNL/C0001T01.JPG",
            ],
            &[
                "XDROOT/Clip/863_0001.MXF",
                "XDROOT/Clip/863_0001M01.XML",
                "XDROOT/Sub/863_0001S01.MP4",
            ],
            &[
                "day 1/CONTENTS/VIDEO/0001AB.MXF",
                "day 1/CONTENTS/AUDIO/0001AB00.MXF",
                "day 1/CONTENTS/AUDIO/0001AB01.MXF",
                "day 1/CONTENTS/CLIP/0001AB.XML",
                "day 1/CONTENTS/ICON/0001AB.BMP",
                "day 1/CONTENTS/VOICE/0001AB00.WAV",
            ],
            &[
                "A001_0101AB.RDM/A001_C001_0101AB.RDC/A001_C001_0101AB_001.R3D",
                "A001_0101AB.RDM/A001_C001_0101AB.RDC/A001_C001_0101AB_002.R3D",
                "A001_0101AB.RDM/A001_C001_0101AB.RDC/A001_C001_0101AB.RMD",
            ],
        ] {
            let units: Vec<_> = files.iter().map(|file| unit_of(file.as_bytes())).collect();
            assert!(units[0].is_some(), "{files:?}");
            assert!(
                units.iter().all(|unit| *unit == units[0]),
                "{files:?}: {units:?}"
            );
        }
    }

    #[test]
    fn clips_of_one_card_are_apart() {
        for (one, other) in [
            ("DCIM/100MEDIA/DJI_0001.MP4", "DCIM/100MEDIA/DJI_0002.MP4"),
            ("DCIM/100MEDIA/DJI_0001.MP4", "DCIM/101MEDIA/DJI_0001.MP4"),
            ("DCIM/100GOPRO/GX010001.MP4", "DCIM/100GOPRO/GX020001.MP4"),
            ("BDMV/STREAM/00001.MTS", "BDMV/STREAM/00002.MTS"),
            ("M4ROOT/CLIP/C0001.MP4", "M4ROOT/CLIP/C0002.MP4"),
            ("CONTENTS/VIDEO/0001AB.MXF", "CONTENTS/VIDEO/0002CD.MXF"),
            ("a.RDM/c1.RDC/x.R3D", "a.RDM/c2.RDC/x.R3D"),
            ("A/DCIM/1/x.MP4", "B/DCIM/1/x.MP4"),
        ] {
            assert_ne!(
                unit_of(one.as_bytes()),
                unit_of(other.as_bytes()),
                "{one} {other}"
            );
        }
    }

    #[test]
    fn files_of_no_card_stand_alone() {
        for file in [
            "film.mp4",
            "2026/film.mp4",
            "clip/film.mp4",
            "BDMV/INDEX.BDM",
            "CONTENTS/LASTCLIP.TXT",
            "",
            "DCIM",
        ] {
            assert_eq!(unit_of(file.as_bytes()), None, "{file}");
        }
    }
}
