//! Text files as people have them: UTF-8 with or without a byte order mark, or GB18030 as Chinese Windows
//! saves them. A file that is not UTF-8 throughout is GB18030, which gives every byte sequence a meaning.

use encoding_rs::{Decoder, GB18030};
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

const BLOCK: usize = 64 * 1024;

/// A file as UTF-8.
pub fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    let mut file = File::open(path)?;
    let mut head = [0; 3];
    let marked = file.read(&mut head)? == 3 && head == [0xEF, 0xBB, 0xBF];
    if marked || is_utf8(&mut file)? {
        file.seek(SeekFrom::Start(if marked { 3 } else { 0 }))?;
        return Ok(Box::new(BufReader::with_capacity(BLOCK, file)));
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(Box::new(Decoding {
        file,
        decoder: GB18030.new_decoder(),
        block: vec![0; BLOCK],
        text: vec![0; 2 * BLOCK],
        from: 0,
        to: 0,
        ended: false,
    }))
}

fn is_utf8(file: &mut File) -> io::Result<bool> {
    file.seek(SeekFrom::Start(0))?;
    let mut block = vec![0; BLOCK];
    let mut kept = 0;
    loop {
        let read = file.read(&mut block[kept..])?;
        let filled = kept + read;
        match std::str::from_utf8(&block[..filled]) {
            Ok(_) if read == 0 => return Ok(true),
            Ok(_) => kept = 0,
            // A character may go on in the next block.
            Err(error) if error.error_len().is_none() && read > 0 => {
                block.copy_within(error.valid_up_to()..filled, 0);
                kept = filled - error.valid_up_to();
            }
            Err(_) => return Ok(false),
        }
    }
}

struct Decoding {
    file: File,
    decoder: Decoder,
    block: Vec<u8>,
    text: Vec<u8>,
    from: usize,
    to: usize,
    ended: bool,
}

impl Read for Decoding {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.from == self.to {
            if self.ended {
                return Ok(0);
            }
            let read = self.file.read(&mut self.block)?;
            self.ended = read == 0;
            // Two bytes become at most three, so the text always holds what a block becomes.
            let (_, _, written, _) =
                self.decoder.decode_to_utf8(&self.block[..read], &mut self.text, self.ended);
            (self.from, self.to) = (0, written);
        }
        let n = out.len().min(self.to - self.from);
        out[..n].copy_from_slice(&self.text[self.from..self.from + n]);
        self.from += n;
        Ok(n)
    }
}
