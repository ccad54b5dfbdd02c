//! Builds the boxes of MP4 and `QuickTime` by hand, for files that ffmpeg does not write.

/// A box of this kind around these bytes.
pub(crate) fn atom(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).unwrap();
    [&size.to_be_bytes(), kind.as_slice(), body].concat()
}

/// A box whose size is given in 64 bits.
pub(crate) fn long_atom(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = body.len() as u64 + 16;
    [
        &1_u32.to_be_bytes(),
        kind.as_slice(),
        &size.to_be_bytes(),
        body,
    ]
    .concat()
}

/// A box that says it reaches to the end of the file.
pub(crate) fn open_atom(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    [&0_u32.to_be_bytes(), kind.as_slice(), body].concat()
}

/// A box around these boxes.
pub(crate) fn group(kind: [u8; 4], boxes: &[Vec<u8>]) -> Vec<u8> {
    atom(kind, &boxes.concat())
}

/// Numbers of 32 bits, one after another.
pub(crate) fn words(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

pub(crate) fn ftyp(brand: [u8; 4]) -> Vec<u8> {
    atom(
        *b"ftyp",
        &[brand.as_slice(), &[0, 0, 2, 0], b"isom"].concat(),
    )
}

/// What differs from film to film.
pub(crate) struct Film {
    /// Seconds since 1904.
    pub(crate) created: u32,
    pub(crate) chunks: Vec<u8>,
    pub(crate) sizes: Vec<u8>,
    pub(crate) runs: Vec<u8>,
    pub(crate) matrix: [u32; 4],
    pub(crate) user_data: Vec<u8>,
}

impl Film {
    /// One track of ten pictures of 100 bytes each, in one chunk at `offset`.
    pub(crate) fn at(offset: u32) -> Self {
        Self {
            created: 0,
            chunks: atom(*b"stco", &words(&[0, 1, offset])),
            sizes: atom(*b"stsz", &words(&[0, 100, 10])),
            runs: atom(*b"stsc", &words(&[0, 1, 1, 10, 1])),
            matrix: [0x1_0000, 0, 0, 0x1_0000],
            user_data: Vec::new(),
        }
    }

    pub(crate) fn moov(&self) -> Vec<u8> {
        let mvhd = words(&[0, self.created, self.created, 1000, 400]);
        let mvhd = [mvhd, vec![0; 80]].concat();
        group(
            *b"moov",
            &[atom(*b"mvhd", &mvhd), self.trak(), self.user_data.clone()],
        )
    }

    fn trak(&self) -> Vec<u8> {
        let [a, b, c, d] = self.matrix;
        let matrix = words(&[a, b, 0, c, d, 0, 0, 0, 0x4000_0000]);
        let tkhd = [
            words(&[7, 0, 0, 1, 0, 400, 0, 0, 0, 0]),
            matrix,
            words(&[64 << 16, 48 << 16]),
        ];
        let mdhd = [words(&[0, 0, 0, 25_000, 10_000]), vec![0x55, 0xc4, 0, 0]];
        let hdlr = [words(&[0, 0]), b"vide".to_vec(), vec![0; 13]];
        let entry = [
            vec![0; 6],
            vec![0, 1],
            vec![0; 16],
            vec![0, 64, 0, 48],
            vec![0; 50],
        ];
        let stsd = [words(&[0, 1]), group(*b"avc1", &entry)];
        let stbl = [
            group(*b"stsd", &stsd),
            atom(*b"stts", &words(&[0, 1, 10, 1000])),
            self.runs.clone(),
            self.sizes.clone(),
            self.chunks.clone(),
        ];
        let mdia = [
            group(*b"mdhd", &mdhd),
            group(*b"hdlr", &hdlr),
            group(*b"minf", &[group(*b"stbl", &stbl)]),
        ];
        group(*b"trak", &[group(*b"tkhd", &tkhd), group(*b"mdia", &mdia)])
    }
}
