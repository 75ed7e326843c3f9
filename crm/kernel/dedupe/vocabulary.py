"""Words of companies' names that say where, in which trade and in which legal form, not who. All folded and simplified."""

import re

from crm.kernel.base.text import plain

#: Legal forms of some thirty countries, as one word each (dots and blanks between single letters are taken out before).
LEGAL = frozenset(
    """
    inc incorporated corp corporation co company companies ltd limited llc llp lllp lp plc pllc pc pty pte pvt private
    gmbh ag kg kgaa ohg ug mbh ev eg aktiengesellschaft gesellschaft se sce eingetragene
    sa sas sasu sarl sci snc eurl scop societe anonyme spa srl srls sapa societa sl slu sau sociedad anonima limitada
    ltda sapi cv rl ab aktiebolag as asa aps oy oyj oya ehf hf nv bv vof cvba bvba comm
    zoo sp spzoo sro spol akciova kft zrt nyrt bt rt doo dd ad ead ood eood sia uab oao ooo zao pao jsc ojsc cjsc pjsc
    tov tbk pt persero bhd sdn berhad kk kabushiki kaisha gk godo yk yugen wll fze fzco fzc llc dmcc saoc saog tas sti
    anonim sirketi limitada eireli mei ike epe ae sae pjs pt cooperative coop
    """.split()
)
#: Words that many companies share: they weigh little, and may be left out.
GENERIC = frozenset(
    """
    group gruppe groupe grupo gruppo holding holdings international intl global worldwide technologies technology tech
    solutions solution services service systems system industries industry enterprises enterprise trading traders
    ventures partners associates consulting capital management and the of und et y e de la le der die das com net org
    group's bros brothers sons son europe asia america american usa uk china japan
    """.split()
)
#: Short ways to write a word → the word.
SHORT = {
    "intl": "international", "tech": "technologies", "technology": "technologies", "mfg": "manufacturing",
    "assoc": "associates", "bros": "brothers", "svcs": "services", "sys": "systems", "natl": "national",
    "univ": "university", "mgmt": "management", "dept": "department", "eng": "engineering", "elec": "electric",
    "labs": "laboratories", "pharma": "pharmaceuticals", "motors": "motor", "ind": "industries", "ent": "enterprises",
    "saint": "st", "mt": "mount", "&": "and", "+": "and", "n": "and", "holding": "holdings", "system": "systems",
    "service": "services", "solution": "solutions", "industry": "industries",
}  # fmt: skip

#: Legal forms of Chinese, Japanese and Korean names.
FORM = re.compile(
    "(股份有限公司|有限责任公司|有限公司|株式会社|有限会社|合同会社|集团公司|总公司|分公司|公司|主式会社|주식회사|유한회사|"
    "\\(주\\)|\\(株\\)|合伙企业|有限合伙|普通合伙|股份合作公司|股份)$"
)
FRONT_FORM = re.compile("^(株式会社|有限会社|合同会社|주식회사|유한회사|㈜|\\(주\\)|\\(株\\))")
GROUP = re.compile("(控股集团|集团控股|集团|控股|实业发展|产业发展|发展|实业|投资)$")
#: Marks of the exchange before and behind a short name.
MARKS = re.compile(r"^\*?(?:st|sst|pt|xd|xr|dr|n|c)(?=[㐀-鿿])|(?<=[㐀-鿿])-?(?:u|w|uw|b|a|v|d)股?$")

#: Trades: what a company does. They weigh less than its own name and are shortened at will.
TRADE = (
    "科技 技术 电子 信息 网络 软件 数据 数码 数字 智能 智慧 自动化 机械 机电 机器人 设备 装备 仪器 仪表 工业 制造 重工 重型 工程 建设 "
    "建筑 建材 装饰 装修 设计 规划 研究院 研究所 勘察 咨询 顾问 服务 管理 传媒 文化 影视 传播 广告 出版 教育 培训 旅游 酒店 餐饮 食品 "
    "饮料 酒业 乳业 农业 牧业 渔业 种业 饲料 化工 化学 化肥 石化 石油 天然气 燃气 煤业 矿业 能源 新能源 电力 电气 电器 电缆 电源 电池 "
    "光电 光学 光伏 半导体 微电子 微电 智控 数科 集成电路 芯片 通信 通讯 航空 航天 飞机 汽车 动力 汽配 零部件 轴承 模具 精密 金属 钢铁 "
    "铜业 铝业 有色 "
    "材料 新材料 新材 特材 复合材料 塑料 橡胶 玻璃 陶瓷 纸业 特种 印刷 包装 纺织 服装 服饰 时装 鞋业 皮革 家居 家具 家电 医药 制药 药业 "
    "药厂 医疗 "
    "器械 生物 健康 环保 环境 环境科技 水务 水利 节能 物流 运输 快递 供应链 港口 港务 航运 铁路 轨道 轨道交通 高速 公路 交通 地产 房地产 "
    "置业 物业 园林 百货 商业 连锁 超市 商贸 贸易 进出口 国际 投资 资本 基金 证券 保险 银行 商业银行 农村 信托 租赁 金融 担保 支付 "
    "实业 发展 产业 集团 控股 企业 创新 应用 系统 综合 开发 生态 工艺 美术 珠宝 黄金 体育 娱乐 互动 游戏 影业 安全 防护 消防 检测 认证"
).split()
GROUPS = frozenset("集团 控股 发展 实业 产业 企业 国际 投资 股份".split())
_BY_LENGTH = sorted(set(TRADE), key=len, reverse=True)
TRADE_WORD = re.compile("|".join(_BY_LENGTH))

_PROVINCES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 "
    "台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 中国"
).split()
_CITIES = (
    "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 呼和浩特 包头 "
    "乌海 赤峰 "
    "通辽 鄂尔多斯 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛 长春 四平 辽源 通化 白山 松原 白城 延边 "
    "哈尔滨 齐齐哈尔 "
    "鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 杭州 "
    "宁波 温州 嘉兴 "
    "湖州 绍兴 金华 衢州 舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 "
    "三明 泉州 漳州 "
    "南平 龙岩 宁德 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 "
    "德州 聊城 滨州 "
    "菏泽 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 "
    "孝感 荆州 黄冈 "
    "咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 "
    "肇庆 惠州 梅州 "
    "汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左 海口 三亚 成都 "
    "自贡 攀枝花 泸州 "
    "德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 "
    "普洱 临沧 大理 "
    "拉萨 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 银川 "
    "石嘴山 吴忠 固原 中卫 "
    "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 伊犁 石河子 昆山 江阴 宜兴 常熟 张家港 太仓 义乌 诸暨 慈溪 余姚 海宁 桐乡 瑞安 乐清 温岭 晋江 "
    "石狮 福清 浦东"
).split()
REGION = re.compile("|".join(sorted({*_PROVINCES, *_CITIES}, key=len, reverse=True)))
REGION_TAIL = re.compile("^(?:壮族自治区|回族自治区|维吾尔自治区|特别行政区|自治区|省|市|地区|县|区)")
#: The one character by which a place is called in short names.
SIGN = {
    "北京": "京", "天津": "津", "上海": "沪", "重庆": "渝", "河北": "冀", "山西": "晋", "辽宁": "辽", "吉林": "吉", "黑龙江": "黑",
    "江苏": "苏",
    "浙江": "浙", "安徽": "皖", "福建": "闽", "江西": "赣", "山东": "鲁", "河南": "豫", "湖北": "鄂", "湖南": "湘", "广东": "粤",
    "海南": "琼",
    "四川": "川", "贵州": "黔", "云南": "滇", "陕西": "陕", "甘肃": "甘", "青海": "青", "内蒙古": "蒙", "广西": "桂", "宁夏": "宁",
    "新疆": "新",
    "西藏": "藏", "香港": "港", "广州": "穗", "宁波": "甬", "中国": "国",
}  # fmt: skip

#: Companies known the world over by names that no rule leads from one to the other: first the one in Latin letters.
KNOWN = [
    tuple(line.split(" "))
    for line in """
    apple 苹果 aapl|microsoft 微软 msft|google 谷歌 alphabet goog googl|amazon 亚马逊 amzn|facebook 脸书 meta metaplatforms fb
    tesla 特斯拉 tsla|nvidia 英伟达 nvda|intel 英特尔 intc|netflix 奈飞 网飞 nflx|oracle 甲骨文 orcl|cisco 思科 csco|adobe 奥多比 adbe
    tencent 腾讯 tcehy|alibaba 阿里巴巴 阿里 baba|baidu 百度 bidu|huawei 华为|xiaomi 小米|lenovo 联想|jd 京东 jingdong|bytedance 字节跳动
    netease 网易 ntes|meituan 美团|pinduoduo 拼多多 pdd|haier 海尔|midea 美的|gree 格力|byd 比亚迪|catl 宁德时代|dji 大疆|zte 中兴通讯 中兴
    samsung 三星 삼성 sec|samsungelectronics 三星电子 삼성전자|lg 乐金 엘지|lgelectronics lg电子 lg전자
    hyundai 现代汽车 现代 현대 현대자동차|kia 起亚 기아
    sk 에스케이|skhynix 海力士 sk하이닉스|naver 네이버|kakao 카카오|posco 浦项 포스코
    toyota 丰田 丰田汽车 トヨタ トヨタ自动车 toyotamotor|honda 本田 ホンダ 本田技研工业 hondamotor|nissan 日产 日产汽车 日产自动车 ニッサン
    sony 索尼 ソニー|panasonic 松下 パナソニック|toshiba 东芝|hitachi 日立 日立制作所|canon 佳能 キヤノン|nintendo 任天堂|mitsubishi 三菱
    softbank 软银 ソフトバンク
    sharp 夏普 シャープ|fujitsu 富士通|nec 日本电气|mazda 马自达 マツダ|subaru 斯巴鲁 スバル|suzuki 铃木 スズキ
    bridgestone 普利司通 ブリヂストン|uniqlo 优衣库 ユニクロ
    rakuten 乐天 楽天|starbucks 星巴克 スターバックス sbux|mcdonalds 麦当劳 マクドナルド mcd|cocacola 可口可乐 コカコーラ ko coke
    pepsico 百事 百事可乐 pepsi pep
    nike 耐克 ナイキ nke|adidas 阿迪达斯 アディダス|walmart 沃尔玛 wmt walmartstores|volkswagen 大众 大众汽车 vw
    mercedesbenz 奔驰 梅赛德斯奔驰 daimler|bmw 宝马
    siemens 西门子|bosch 博世|bayer 拜耳|basf 巴斯夫|nestle 雀巢 ネスレ|unilever 联合利华|procterandgamble 宝洁 pg
    johnsonandjohnson 强生 jnj jandj|pfizer 辉瑞 pfe
    generalelectric 通用电气 ge|generalmotors 通用汽车 gm|ford 福特 fordmotor|boeing 波音|airbus 空中客车 空客|ibm 国际商业机器
    hp 惠普 hewlettpackard|dell 戴尔
    shell 壳牌 royaldutchshell|bp 英国石油 britishpetroleum|exxonmobil 埃克森美孚 xom exxon|hsbc 汇丰|citigroup 花旗 citi citibank
    jpmorgan 摩根大通 jpm jpmorganchase|goldmansachs 高盛
    pricewaterhousecoopers 普华永道 pwc|deloitte 德勤|ernstandyoung 安永 ey|kpmg 毕马威|twitter 推特 x twtr
    disney 迪士尼 迪斯尼 waltdisney dis|visa 维萨|mastercard 万事达
    icbc 工商银行 中国工商银行 工行|ccb 建设银行 中国建设银行 建行|boc 中国银行 bankofchina 中行|abc 农业银行 中国农业银行 农行
    sinopec 中国石化 中石化 中国石油化工|petrochina 中国石油 中石油 中国石油天然气
    chinamobile 中国移动|chinatelecom 中国电信|chinaunicom 中国联通|pingan 平安 中国平安|chinalife 中国人寿|loreal 欧莱雅|lvmh 路威酩轩
    ikea 宜家|hm 海恩斯莫里斯 handm hennesandmauritz
    philips 飞利浦|ericsson 爱立信|nokia 诺基亚|qualcomm 高通 qcom|salesforce 赛富时 crm|sap 思爱普|danone 达能|carrefour 家乐福
    tsmc 台积电 台湾积体电路 台湾积体电路制造 taiwansemiconductormanufacturing|foxconn 富士康 鸿海 鸿海精密 honhai
    """.replace("\n", "|").split("|")
    for line in [line.strip()]
    if line
]  # fmt: skip
SAME_AS = {plain(name): names[0] for names in KNOWN for name in names}

#: Given names and what their bearers are called: one set a line, spelling folded.
NICKNAMES = [
    set(line.split())
    for line in """
    william will bill billy willy liam|robert rob bob bobby robbie bert|richard rich rick dick ricky|james jim jimmy jamie
    john jack johnny jon jonathan|michael mike mick mickey micky mikey|david dave davey|joseph joe joey|thomas tom tommy
    charles charlie chuck
    christopher chris kit topher|daniel dan danny|matthew matt matty|anthony tony|andrew andy drew|edward ed eddie ted teddy ned
    george georgie|henry harry hank
    steven stephen steve|kenneth ken kenny|joshua josh|benjamin ben benny|samuel sam sammy|alexander alex sandy xander sasha
    nicholas nick nicky nicolas|patrick pat paddy
    peter pete|timothy tim|gregory greg|frederick fred freddie|lawrence laurence larry|leonard leo len lenny|philip phillip phil
    raymond ray|ronald ron ronnie|gerald gerry jerry
    zachary zach zack|nathaniel nathan nate nat|jeffrey geoffrey jeff geoff|elizabeth liz beth betty eliza lizzie libby elisabeth lisa
    margaret maggie meg peggy marge greta
    katherine catherine kathryn kate katie kathy cathy kitty kat|jennifer jen jenny|jessica jess jessie|susan sue susie suzy
    patricia pat patty trish tricia|barbara barb babs
    rebecca becky becca|deborah debra deb debbie|victoria vicky vicki tori|samantha sam sammy|alexandra alex sandra lexi
    christina christine chris tina chrissy|amanda mandy
    abigail abby gail|emily em emmy|isabella isabelle bella izzy isabel|madeline maddie maddy madeleine|theresa teresa terry tess
    dorothy dot dottie|eleanor ellie nell nora
    francis frank francisco frankie|frances fran francie|josephine jo josie|nicole nicky nikki|jacqueline jackie|pamela pam|cynthia cindy
    veronica ronnie vera|gabriel gabe|gabrielle gabby
    """.replace("\n", "|").split("|")
    if line.strip()
]
CALLED: dict[str, frozenset[int]] = {
    name: frozenset(number for number, names in enumerate(NICKNAMES) if name in names) for names in NICKNAMES for name in names
}

#: Words of streets → their short form.
STREETS = {
    "street": "st", "strasse": "str", "straße": "str", "road": "rd", "avenue": "ave", "av": "ave", "place": "pl", "circuit": "cct",
    "crescent": "cres",
    "drive": "dr", "court": "ct", "close": "cl", "lane": "ln", "square": "sq", "boulevard": "blvd", "terrace": "tce", "parade": "pde",
    "highway": "hwy",
    "north": "n", "south": "s", "east": "e", "west": "w", "apartment": "apt", "suite": "ste", "building": "bldg", "floor": "fl",
    "saint": "st", "mount": "mt",
    "路": "路", "village": "vlge", "retirement": "retrmnt",
}  # fmt: skip
