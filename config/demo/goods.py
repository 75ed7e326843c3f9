"""What the demonstration company sells, for how much, and what it asks visitors of its website."""

#: (name in Chinese, name in English, code, kind, series, unit in Chinese, unit in English, cost, price) in yuan.
GOODS = (
    ("UV 平板机 2513", "UV flatbed 2513", "UV-2513", "goods", "UV", "台", "machine", 268_000, 398_000),
    ("UV 平板机 1610", "UV flatbed 1610", "UV-1610", "goods", "UV", "台", "machine", 146_000, 218_000),
    ("卷对卷 UV 机 3200", "Roll-to-roll UV 3200", "UV-R32", "goods", "UV", "台", "machine", 352_000, 528_000),
    ("激光雕刻机 1390", "Laser engraver 1390", "LS-1390", "goods", "Laser", "台", "machine", 31_000, 52_800),
    ("铭牌蚀刻机", "Nameplate etcher", "ET-60", "goods", "Laser", "台", "machine", 58_000, 89_000),
    ("瓦楞纸打样台", "Carton proofing table", "CP-2516", "goods", "Packaging", "台", "machine", 92_000, 139_000),
    ("LED 显示屏 P2.5", "LED wall P2.5", "LED-25", "goods", "LED", "平方米", "m²", 3_100, 4_980),
    ("展台灯箱", "Light box", "LB-100", "goods", "LED", "个", "piece", 420, 760),
    ("UV 墨水（青）", "UV ink, cyan", "INK-C", "goods", "Ink", "升", "litre", 96, 188),
    ("UV 墨水（白）", "UV ink, white", "INK-W", "goods", "Ink", "升", "litre", 118, 226),
    ("金属墨水", "Metal ink", "INK-M", "goods", "Ink", "升", "litre", 260, 490),
    ("喷头 G6", "Print head G6", "PH-G6", "goods", "Parts", "个", "piece", 7_900, 12_800),
    ("安装调试", "Installation", "SV-INS", "service", "Service", "次", "visit", 2_600, 6_000),
    ("三年保养", "Care plan, three years", "SV-CARE", "service", "Service", "份", "contract", 11_000, 26_000),
    ("色彩管理培训", "Colour management training", "SV-COL", "service", "Service", "天", "day", 1_900, 4_500),
)
#: Of so many units on ink costs less.
BULK = {"INK-C": (200, 168), "INK-W": (200, 199), "INK-M": (50, 445)}
#: (currency, worth in yuan) of the days before today, newest first.
RATES = (("USD", ("7.1142", "7.1068", "7.0995")), ("EUR", ("8.2310", "8.2204", "8.2417")), ("GBP", ("9.3655", "9.3410", "9.3528")))
BANK = "中国人民银行 PBOC"
PER_POUND = 9.2

NEEDS_ZH = (
    "想了解 UV 平板机，幅面 2.5 米，做亚克力标牌。",
    "门头灯箱 40 个，要求三周内到货。",
    "LED 屏约 60 平方米，用于展厅，请报价含安装。",
    "现有两台设备，想换墨水，先要样品。",
    "医院新院区导视系统，年底前招标。",
    "激光雕刻机一台，先看样机。",
    "印刷厂扩产，考虑第二条 UV 产线。",
)
NEEDS_EN = (
    "A flatbed for acrylic signs, up to 2.5 m wide. What would it cost fitted?",
    "Forty light boxes for shop fronts, needed within three weeks.",
    "LED wall of about 60 square metres for our showroom.",
    "We run two printers and may change our ink. Could we have samples first?",
    "Wayfinding for a new hospital wing; tender this winter.",
    "One laser engraver, we would like to see it run.",
    "Thinking of a second UV line next year.",
)
CAMPAIGNS = ("Sign China 2026", "FESPA 2026", "Autumn mailing", "", "", "")
FORM = {
    "name": "网站询价 Website enquiry",
    "asks": ["name", "company", "mobile", "email", "address_city", "need"],
    "requires": ["name", "need"],
    "languages": ["en", "zh-hans", "zh-hant"],
    "heading_en": "Ask us for an offer",
    "heading_zh": "在线询价",
    "intro_en": "Tell us what you want to print on. One of our people answers within a working day.",
    "intro_zh": "请告诉我们您要打印的材料和数量，我们会在一个工作日内回复。",
    "consent_en": "You may use these details to answer me. I can take this back at any time.",
    "consent_zh": "同意使用以上信息与我联系，我可随时撤回。",
    "thanks_en": "Thank you. We have your enquiry and will be in touch within a working day.",
    "thanks_zh": "感谢您的询价，我们会在一个工作日内与您联系。",
    "source": "website",
    "campaign": "Website",
}
