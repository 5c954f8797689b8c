use guanxi_text::region::{children, find, is_valid, name, parent, provinces};

#[test]
fn codes_have_full_names() {
    for (code, full) in [
        ("310115", "上海市 浦东新区"),
        ("110105", "北京市 朝阳区"),
        ("320508", "江苏省 苏州市 姑苏区"),
        ("441900", "广东省 东莞市"),
        ("429004", "湖北省 仙桃市"),
        ("440000", "广东省"),
        ("710000", "台湾省"),
        ("810001", "香港特别行政区 中西区"),
    ] {
        assert_eq!(name(code).as_deref(), Some(full));
        assert!(is_valid(code));
    }
    for code in ["", "31", "310199", "999999", "上海"] {
        assert_eq!(name(code), None);
        assert!(!is_valid(code));
    }
}

#[test]
fn there_are_34_provinces_and_every_region_is_reached() {
    let provinces = provinces();
    assert_eq!(provinces.len(), 34);
    assert_eq!(provinces[0], ("110000", "北京市"));
    assert!(children("310000").contains(&("310115", "浦东新区")));
    assert!(children("320500").contains(&("320583", "昆山市")));
    assert_eq!(children("441900"), []);
    assert_eq!(parent("320583"), Some("320500"));
    let mut open: Vec<&str> = provinces.iter().map(|(code, _)| *code).collect();
    let mut reached = 0;
    while let Some(code) = open.pop() {
        reached += 1;
        open.extend(children(code).into_iter().map(|(child, _)| child));
    }
    // 34 provinces, 333 prefectures and over 2,800 counties.
    assert!(reached > 3_200, "{reached}");
}

#[test]
fn regions_are_found_in_texts() {
    for (text, code) in [
        ("上海市浦东新区张江路1号", Some("310115")),
        ("上海浦东", Some("310115")),
        ("浦东", Some("310115")),
        ("北京朝阳", Some("110105")),
        ("长春市朝阳区", Some("220104")),
        ("朝阳市", Some("211300")),
        ("鼓楼区", None),
        ("南京鼓楼", Some("320106")),
        ("江苏省苏州市昆山市", Some("320583")),
        ("昆山", Some("320583")),
        ("吉林", Some("220000")),
        ("吉林市", Some("220200")),
        ("吉林省吉林市昌邑区", Some("220202")),
        ("海南", Some("460000")),
        ("廣東省深圳市南山區", Some("440305")),
        ("内蒙古", Some("150000")),
        ("新疆", Some("650000")),
        ("延边", Some("222400")),
        ("广西桂林", Some("450300")),
        ("上海市静安区北京西路", Some("310106")),
        ("云帆科技", None),
        ("", None),
    ] {
        assert_eq!(find(text), code, "{text}");
    }
}

#[test]
fn every_full_name_finds_its_code() {
    let mut open: Vec<&str> = provinces().into_iter().map(|(code, _)| code).collect();
    while let Some(code) = open.pop() {
        let full = name(code).unwrap();
        assert_eq!(find(&full), Some(code), "{full}");
        open.extend(children(code).into_iter().map(|(child, _)| child));
    }
}
