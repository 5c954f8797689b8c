use guanxi_text::fold::fold;
use proptest::prelude::*;

#[test]
fn folds_width_case_accents_and_traditional_characters() {
    for (text, folded) in [
        ("ＡＢＣ１２３", "abc123"),
        ("雲帆（上海）科技有限公司", "云帆(上海)科技有限公司"),
        ("啟明星　國際", "启明星 国际"),
        ("  張  偉 \t\n", "张 伟"),
        ("José Ångström", "jose angstrom"),
        ("Jose\u{301}", "jose"),
        ("㈱ソニー", "(株)ソニー"),
        ("臺灣 台湾", "台湾 台湾"),
        ("ﬁle", "file"),
        ("\u{feff}云\u{200b}帆", "云帆"),
        ("後來 皇后", "后来 皇后"),
        ("\u{f90a}", "金"),
        ("한글", "한글"),
        ("", ""),
    ] {
        assert_eq!(fold(text), folded, "{text}");
    }
}

#[test]
fn common_traditional_characters_fold() {
    let traditional = "東西國語書門馬車長風飛魚鳥麥黃點齊龍龜廣廠業學會與為們個來對時開關電話號碼經濟營銷售後臺灣體驗證據產品質數據庫聯繫訂單發貨進銀錢鐘錄鍵鏈鐵鋼";
    let simplified = "东西国语书门马车长风飞鱼鸟麦黄点齐龙龟广厂业学会与为们个来对时开关电话号码经济营销售后台湾体验证据产品质数据库联系订单发货进银钱钟录键链铁钢";
    assert_eq!(fold(traditional), simplified);
    assert_eq!(fold(simplified), simplified);
}

proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }
}
