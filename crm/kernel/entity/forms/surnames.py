"""Chinese and Korean surnames that must not be cut, and surnames read otherwise than the same character elsewhere."""

COMPOUND = frozenset(
    """
    欧阳 歐陽 太史 端木 上官 司马 司馬 东方 東方 独孤 獨孤 南宫 南宮 万俟 萬俟 闻人 聞人 夏侯 诸葛 諸葛
    尉迟 尉遲 公羊 赫连 赫連 澹台 澹臺 皇甫 宗政 濮阳 濮陽 公冶 太叔 申屠 公孙 公孫 慕容 仲孙 仲孫 钟离
    鍾離 鐘離 长孙 長孫 宇文 司徒 鲜于 鮮于 司空 闾丘 閭丘 子车 子車 亓官 司寇 巫马 巫馬 公西 颛孙 顓孫
    壤驷 壤駟 公良 漆雕 乐正 樂正 宰父 谷梁 穀梁 拓跋 夹谷 夾谷 轩辕 軒轅 令狐 段干 百里 呼延 东郭 東郭
    南门 南門 羊舌 微生 公户 公戶 公玉 公仪 公儀 梁丘 公仲 公上 公门 公門 公山 公坚 公堅 左丘 公伯 西门
    西門 公祖 第五 公乘 贯丘 公皙 南荣 東里 东里 东宫 東宮 仲长 仲長 子书 子桑 即墨 达奚 達奚 褚师 褚師
    纳兰 納蘭 叶赫 完颜 完顏 耶律 爱新 富察 费莫 钮祜 哥舒 屈突 斛律 贺兰 賀蘭 贺拔 賀拔 宿勤 万纽 破多
    吐谷 秃发 禿髮 沮渠 乞伏 侯莫 豆卢 豆盧 步六 丘穆 高堂 北宫 北宮 王孙 王孫 士孙 士孫 安陵 阳成 陽成
    胡母 毋丘 毌丘 綦毋 淳于 單于 单于 即丘 东门 東門 鲁步 叔孙 叔孫 季孙 季孫 孟孙 孟孫 臧孙 主父 屠羊
    浩生 墨台 墨臺
    """.split()
)
COMPOUND_KOREAN = frozenset("남궁 황보 제갈 사공 선우 서문 독고 동방 망절 어금".split())

# How a surname sounds, where the character alone is usually read otherwise.
SOUND = {
    "单": "shan", "單": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "查": "zha", "朴": "piao",
    "区": "ou", "區": "ou", "任": "ren", "盖": "ge", "蓋": "ge", "翟": "zhai", "缪": "miao", "繆": "miao",
    "种": "chong", "冼": "xian", "乐": "yue", "樂": "yue", "覃": "qin", "华": "hua", "華": "hua",
    "召": "shao", "纪": "ji", "紀": "ji", "折": "she", "黑": "he", "繁": "po", "逄": "pang", "员": "yun",
    "員": "yun", "宓": "mi", "訾": "zi", "能": "nai", "隗": "wei", "郇": "xun", "瞿": "qu", "应": "ying",
    "應": "ying", "石": "shi", "尉迟": "yu chi", "尉遲": "yu chi", "万俟": "mo qi", "萬俟": "mo qi",
    "长孙": "zhang sun", "長孫": "zhang sun", "澹台": "tan tai", "澹臺": "tan tai", "乐正": "yue zheng",
    "樂正": "yue zheng", "令狐": "ling hu", "鲜于": "xian yu", "鮮于": "xian yu", "单于": "chan yu",
    "單于": "chan yu", "亓官": "qi guan",
}  # fmt: skip
