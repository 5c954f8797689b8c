//! Calendars for other programs, after RFC 5545.

use jiff::{Timestamp, civil::Date};
use std::fmt::Write as _;

/// Something in a calendar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    /// A name no other event has.
    pub uid: String,
    /// What it is.
    pub title: String,
    /// When it begins, and ends.
    pub time: Option<(Timestamp, Timestamp)>,
    /// Or its first and last day, when it takes whole days.
    pub days: Option<(Date, Date)>,
    /// Where.
    pub place: String,
    /// More words.
    pub note: String,
    /// How many minutes before it rings.
    pub alarm: Option<i64>,
    /// Called off.
    pub cancelled: bool,
    /// How often it was changed.
    pub sequence: i64,
}

/// The file.
pub fn calendar(events: &[Event], now: Timestamp) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Guanxi//Calendar//ZH".to_owned(),
        "CALSCALE:GREGORIAN".to_owned(),
        "METHOD:PUBLISH".to_owned(),
    ];
    for event in events {
        write(event, now, &mut lines);
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|line| folded(line)).collect()
}

fn write(event: &Event, now: Timestamp, lines: &mut Vec<String>) {
    lines.push("BEGIN:VEVENT".to_owned());
    lines.push(format!("UID:{}", event.uid));
    lines.push(format!("DTSTAMP:{}", utc(now)));
    lines.push(format!("SEQUENCE:{}", event.sequence));
    match (event.days, event.time) {
        (Some((first, last)), _) => {
            // The end of whole days is the day after.
            let after = last.tomorrow().unwrap_or(last);
            lines.push(format!("DTSTART;VALUE=DATE:{}", first.strftime("%Y%m%d")));
            lines.push(format!("DTEND;VALUE=DATE:{}", after.strftime("%Y%m%d")));
        }
        (None, Some((starts, ends))) => {
            lines.push(format!("DTSTART:{}", utc(starts)));
            lines.push(format!("DTEND:{}", utc(ends.max(starts))));
        }
        (None, None) => {}
    }
    lines.push(format!("SUMMARY:{}", escaped(&event.title)));
    if !event.place.is_empty() {
        lines.push(format!("LOCATION:{}", escaped(&event.place)));
    }
    if !event.note.is_empty() {
        lines.push(format!("DESCRIPTION:{}", escaped(&event.note)));
    }
    if event.cancelled {
        lines.push("STATUS:CANCELLED".to_owned());
    }
    if let Some(minutes) = event.alarm {
        lines.push("BEGIN:VALARM".to_owned());
        lines.push("ACTION:DISPLAY".to_owned());
        lines.push(format!("DESCRIPTION:{}", escaped(&event.title)));
        lines.push(format!("TRIGGER:-PT{minutes}M"));
        lines.push("END:VALARM".to_owned());
    }
    lines.push("END:VEVENT".to_owned());
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

/// Lines are at most 75 octets long; what follows begins with a space. Characters are not torn apart.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 4);
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            width = 1;
        }
        let _ = out.write_char(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_written_after_the_standard() {
        let event = Event {
            uid: "7@guanxi".to_owned(),
            title: "拜访, 带样机; 第二次".to_owned(),
            time: Some(("2026-06-15T02:00:00Z".parse().unwrap(), "2026-06-15T03:30:00Z".parse().unwrap())),
            place: "客户现场".to_owned(),
            note: "一\n二".to_owned(),
            alarm: Some(30),
            ..Event::default()
        };
        let expected = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Guanxi//Calendar//ZH\r\nCALSCALE:GREGORIAN\r\n\
            METHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:7@guanxi\r\nDTSTAMP:20260601T000000Z\r\nSEQUENCE:0\r\n\
            DTSTART:20260615T020000Z\r\nDTEND:20260615T033000Z\r\nSUMMARY:拜访\\, 带样机\\; 第二次\r\n\
            LOCATION:客户现场\r\nDESCRIPTION:一\\n二\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\n\
            DESCRIPTION:拜访\\, 带样机\\; 第二次\r\nTRIGGER:-PT30M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(calendar(&[event], "2026-06-01T00:00:00Z".parse().unwrap()), expected);
    }

    #[test]
    fn whole_days_end_the_day_after_and_long_lines_are_folded() {
        let event = Event {
            title: "年度客户大会".repeat(12),
            days: Some(("2026-06-15".parse().unwrap(), "2026-06-16".parse().unwrap())),
            ..Event::default()
        };
        let text = calendar(&[event], "2026-06-01T00:00:00Z".parse().unwrap());
        assert!(text.contains("DTSTART;VALUE=DATE:20260615\r\nDTEND;VALUE=DATE:20260617\r\n"));
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(text.replace("\r\n ", "").contains(&"年度客户大会".repeat(12)));
    }
}
