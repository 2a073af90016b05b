//! Tables for people: columns as wide as their widest cell.

/// A line for each row. The first `left` columns are aligned to the left, the others, which are
/// numbers, to the right. No line ends in white space.
pub fn aligned<const N: usize>(rows: &[[String; N]], left: usize) -> Vec<String> {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| {
            if column < left {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_left_and_numbers_right() {
        let rows = [["a", "b", "1"], ["äöü", "", "22"]].map(|row| row.map(str::to_owned));
        assert_eq!(aligned(&rows, 2), ["a    b   1", "äöü     22"]);
        assert_eq!(aligned(&rows, 3), ["a    b  1", "äöü     22"]);
    }
}
