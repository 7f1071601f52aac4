"""Names that nobody bears: companies, people, streets and makers. Some are written with the characters that break systems.

㈱ and ㈲ are one character each, 髙, 﨑 and 邉 are the variants of family registers, 𠮷 lies outside the basic plane.
"""

from random import Random

from metering.demo.world.plan import Building, Company, Person, TerminalMake
from portal.organizations.roles import Party

OPERATOR = Company(
    code="10033",
    name="見本送配電株式会社",
    kana="ミホンソウハイデン",
    parties=(Party.GRID_OPERATOR,),
)
COMPANIES = (
    Company(
        code="91233",
        name="みなみ野でんき株式会社",
        kana="ミナミノデンキ",
        parties=(Party.RETAILER, Party.POWER_PRODUCER),
    ),
    Company(
        code="91243",
        name="つきみ台エナジー㈱",
        kana="ツキミダイエナジー",
        parties=(Party.RETAILER, Party.POWER_PRODUCER),
    ),
    Company(
        code="91253",
        name="𠮷﨑くらし電力株式会社",
        kana="ヨシザキクラシデンリョク",
        parties=(Party.RETAILER,),
    ),
    Company(
        code="91263",
        name="あおぞら調整力株式会社",
        kana="アオゾラチョウセイリョク",
        parties=(Party.AGGREGATOR, Party.POWER_PRODUCER),
    ),
    Company(
        code="91273",
        name="そよかぜアグリゲーション㈱",
        kana="ソヨカゼアグリゲーション",
        parties=(Party.AGGREGATOR,),
    ),
)
TERMINAL_MAKES = (
    TerminalMake(
        maker="ひなた電機",
        model="HN-W10",
        firmware="1.4.2",
        certification_number="SAMPLE-IOT-0001",
    ),
    TerminalMake(
        maker="つばめ通信工業",
        model="TSB-200",
        firmware="2.0.1",
        certification_number="SAMPLE-IOT-0002",
    ),
)
METER_MAKERS = ("ひなた電機", "あさぎ製作所", "こもれび機器")

FAMILIES = (
    ("佐藤", "サトウ"),
    ("鈴木", "スズキ"),
    ("髙﨑", "タカサキ"),
    ("𠮷田", "ヨシダ"),
    ("渡邉", "ワタナベ"),
    ("伊藤", "イトウ"),
    ("山本", "ヤマモト"),
    ("中村", "ナカムラ"),
    ("小林", "コバヤシ"),
    ("加藤", "カトウ"),
    ("髙橋", "タカハシ"),
    ("濵田", "ハマダ"),
    ("栁沢", "ヤナギサワ"),
    ("德永", "トクナガ"),
    ("清水", "シミズ"),
    ("森", "モリ"),
    ("五十嵐", "イガラシ"),
    ("長谷川", "ハセガワ"),
)
GIVEN = (
    ("美咲", "ミサキ"),
    ("涼", "リョウ"),
    ("健太", "ケンタ"),
    ("陽子", "ヨウコ"),
    ("拓海", "タクミ"),
    ("さくら", "サクラ"),
    ("一郎", "イチロウ"),
    ("真由美", "マユミ"),
    ("翔", "ショウ"),
    ("千尋", "チヒロ"),
    ("大輔", "ダイスケ"),
    ("直子", "ナオコ"),
    ("悠", "ユウ"),
    ("恵", "メグミ"),
)
SHOPS = (
    ("㈱{}商店", "カ){}ショウテン"),
    ("㈲{}青果", "ユ){}セイカ"),
    ("{}クリーニング", "{}クリーニング"),
    ("パン工房{}", "パンコウボウ{}"),
    ("{}歯科医院", "{}シカイイン"),
)
FARMS = (
    ("㈱{}農園", "カ){}ノウエン"),
    ("{}製作所", "{}セイサクショ"),
    ("農事組合法人{}", "ノウジクミアイホウジン{}"),
)
TOWNS = (
    "ひがし町",
    "みどり台",
    "さくら坂",
    "青葉",
    "はまべ",
    "川べり",
    "丘の上",
    "若草",
    "星見",
    "いずみ",
)


def person(random: Random, building: Building, number: str) -> Person:
    """A customer that fits the building."""
    family, family_kana = random.choice(FAMILIES)
    if building is Building.HOUSE:
        given, given_kana = random.choice(GIVEN)
        return Person(number=number, name=f"{family} {given}", kana=f"{family_kana} {given_kana}")
    form, form_kana = random.choice(SHOPS if building is Building.SHOP else FARMS)
    return Person(number=number, name=form.format(family), kana=form_kana.format(family_kana))


def address(random: Random, town: int) -> str:
    """A street that is on no map."""
    block, lot, house = random.randint(1, 6), random.randint(1, 29), random.randint(1, 19)
    return f"見本県見本市{TOWNS[town % len(TOWNS)]}{block}丁目{lot}番{house}号"
