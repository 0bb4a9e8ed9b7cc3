//! The little of the compound file format (MS-CFB) that an old workbook needs: one stream out of its sectors.

use super::sheet::{long, short};

/// From here on a sector number has a meaning of its own.
const RESERVED: u32 = 0xFFFF_FFFA;
const END: u32 = 0xFFFF_FFFE;

/// The bytes of a directory entry.
const ENTRY: usize = 128;

/// The first of these streams that the container has; none where it has none of them, or where its sectors lead nowhere or in
/// circles.
pub(super) fn stream(bytes: &[u8], names: &[&str]) -> Option<Vec<u8>> {
    let container = Container::open(bytes)?;
    let directory = container.chain(long(bytes, 48)?)?;
    let entries: Vec<&[u8]> = directory.chunks_exact(ENTRY).collect();
    let entry = names.iter().find_map(|name| entries.iter().find(|entry| is_named(entry, name)))?;
    let (start, size) = (long(entry, 116)?, long(entry, 120)? as usize);
    let cutoff = long(bytes, 56)? as usize;
    let mut stream = if size < cutoff {
        let root = entries.first()?;
        let small = Sectors { bytes: &container.chain(long(root, 116)?)?, first: 0, size: 64 };
        let table: Vec<u32> = words(&container.chain(long(bytes, 60)?)?).collect();
        small.chain(start, &table)?
    } else {
        container.chain(start)?
    };
    stream.truncate(size);
    Some(stream)
}

struct Container<'b> {
    sectors: Sectors<'b>,
    /// Which sector follows each.
    table: Vec<u32>,
}

/// Equal pieces of a file or of the stream that holds the small streams.
struct Sectors<'b> {
    bytes: &'b [u8],
    /// Where sector 0 begins.
    first: usize,
    size: usize,
}

impl<'b> Container<'b> {
    fn open(bytes: &'b [u8]) -> Option<Self> {
        let size = match short(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let sectors = Sectors { bytes, first: size, size };
        // The sectors of the table are listed in the header, and the rest of the list has sectors of its own.
        let mut list: Vec<u32> = words(bytes.get(76..512)?).collect();
        let mut more = long(bytes, 68)?;
        for _ in 0..bytes.len() / size {
            if more >= RESERVED {
                break;
            }
            list.extend(words(sectors.get(more)?));
            more = list.pop()?;
        }
        let mut table = Vec::new();
        for sector in list.into_iter().filter(|sector| *sector < RESERVED) {
            table.extend(words(sectors.get(sector)?));
            if table.len() > bytes.len() {
                return None;
            }
        }
        Some(Self { sectors, table })
    }

    fn chain(&self, start: u32) -> Option<Vec<u8>> {
        self.sectors.chain(start, &self.table)
    }
}

impl<'b> Sectors<'b> {
    fn get(&self, sector: u32) -> Option<&'b [u8]> {
        let start = self.first.checked_add((sector as usize).checked_mul(self.size)?)?;
        // The last sector may be cut short.
        let end = start.checked_add(self.size)?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    /// All sectors from `start` on, joined.
    fn chain(&self, start: u32, table: &[u32]) -> Option<Vec<u8>> {
        let mut joined = Vec::new();
        let mut sector = start;
        while sector != END {
            joined.extend_from_slice(self.get(sector)?);
            if joined.len() > self.bytes.len() {
                // A circle.
                return None;
            }
            sector = *table.get(sector as usize)?;
        }
        Some(joined)
    }
}

fn is_named(entry: &[u8], name: &str) -> bool {
    let units = entry.get(..64).unwrap_or_default().chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units.take_while(|unit| *unit != 0))
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER).to_ascii_lowercase())
        .eq(name.chars().map(|letter| letter.to_ascii_lowercase()))
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}
