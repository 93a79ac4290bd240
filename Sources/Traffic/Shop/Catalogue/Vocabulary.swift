/// The shop's words: categories, brands, and the pieces of titles and queries in English and Chinese.
///
/// Category and brand names are made once and kept as bytes; titles are put together when they are written.
struct Vocabulary: Sendable {
    let categories: [[UInt8]]
    let brands: [[UInt8]]

    init(_ plan: ShopPlan) {
        categories = (0..<plan.categories).map {
            Vocabulary.numbered(Vocabulary.shelves[$0 % Vocabulary.shelves.count], $0)
        }
        brands = (0..<plan.brands).map { Vocabulary.brand($0, seed: plan.seed) }
    }

    /// `Kettles`, and after the last word `Kettles 2`.
    private static func numbered(_ shelf: Shelf, _ index: Int) -> [UInt8] {
        let round = index / shelves.count
        return Array(shelf.name.description.utf8) + (round == 0 ? [] : Array(" \(round + 1)".utf8))
    }

    /// Invented names of two or three syllables, none of them anybody's.
    private static func brand(_ index: Int, seed: UInt64) -> [UInt8] {
        let trait = Dice.mix(seed &+ UInt64(index) &* 0xA24B_AED4_963E_E407)
        let first = index % onsets.count
        let middle = Int(trait % UInt64(middles.count))
        let last = (index / onsets.count + Int(trait >> 32 % UInt64(endings.count))) % endings.count
        return Array("\(onsets[first])\(middles[middle])\(endings[last])".utf8)
    }

    func english(of category: Int) -> StaticString { Vocabulary.shelves[category % Vocabulary.shelves.count].english }
    func chinese(of category: Int) -> StaticString { Vocabulary.shelves[category % Vocabulary.shelves.count].chinese }

    /// One kind of thing on sale.
    struct Shelf: Sendable {
        let name, english, chinese: StaticString

        init(_ name: StaticString, _ english: StaticString, _ chinese: StaticString) {
            self.name = name
            self.english = english
            self.chinese = chinese
        }
    }

    private static let shelves: [Shelf] = [
        Shelf("Kettles", "Kettle", "电热水壶"), Shelf("Desk Lamps", "Desk Lamp", "台灯"),
        Shelf("Backpacks", "Backpack", "双肩包"),
        Shelf("Headphones", "Headset", "耳机"), Shelf("Tea", "Green Tea", "茶叶"), Shelf("Bed Linen", "Duvet Cover", "被套"),
        Shelf("Towels", "Bath Towel", "浴巾"), Shelf("Pans", "Frying Pan", "炒锅"), Shelf("Mugs", "Mug", "马克杯"),
        Shelf("Notebooks", "Notebook", "笔记本"), Shelf("Running Shoes", "Running Shoe", "跑鞋"),
        Shelf("Jackets", "Rain Jacket", "冲锋衣"),
        Shelf("Socks", "Wool Sock", "羊毛袜"), Shelf("Umbrellas", "Umbrella", "雨伞"), Shelf("Keyboards", "Keyboard", "键盘"),
        Shelf("Chargers", "Charger", "充电器"), Shelf("Phone Cases", "Phone Case", "手机壳"),
        Shelf("Shampoo", "Shampoo", "洗发水"),
        Shelf("Face Cream", "Face Cream", "面霜"), Shelf("Coffee", "Coffee Blend", "咖啡豆"),
        Shelf("Chocolate", "Chocolate", "巧克力"),
        Shelf("Toys", "Wooden Train", "木制小火车"), Shelf("Puzzles", "Puzzle", "拼图"),
        Shelf("Board Games", "Board Game", "桌游"),
        Shelf("Bicycle Parts", "Bicycle Light", "自行车灯"), Shelf("Yoga", "Yoga Mat", "瑜伽垫"), Shelf("Tents", "Tent", "帐篷"),
        Shelf("Garden Tools", "Garden Fork", "园艺铲"), Shelf("Seeds", "Seed Mix", "花种"),
        Shelf("Pet Food", "Cat Food", "猫粮"),
        Shelf("Cushions", "Cushion", "抱枕"), Shelf("Rugs", "Rug", "地毯"), Shelf("Clocks", "Wall Clock", "挂钟"),
        Shelf("Knives", "Kitchen Knife", "厨刀"), Shelf("Storage", "Storage Box", "收纳箱"),
        Shelf("Candles", "Candle", "香薰蜡烛"),
        Shelf("Watches", "Watch", "手表"), Shelf("Scarves", "Scarf", "围巾"),
        Shelf("Vacuum Cleaners", "Vacuum Cleaner", "吸尘器"),
        Shelf("Scales", "Kitchen Scale", "厨房秤"),
    ]

    private static let onsets = [
        "Nor", "Hal", "Vel", "Tor", "Mir", "Kes", "Lun", "Bra", "Ost", "Pel", "Quin", "Ras", "Sol", "Tam", "Ulf", "Wen",
        "Yar", "Zel", "Fen", "Gri",
    ]
    private static let middles = ["a", "e", "i", "o", "u", "ena", "ori", "ima"]
    private static let endings = ["dan", "vik", "ra", "lo", "sen", "met", "nis", "wyn", "tal", "ko", "bek", "rum"]

    static let qualities: [StaticString] = [
        "Quiet", "Nordic", "Everyday", "Compact", "Classic", "Soft", "Light", "Sturdy", "Folding", "Double", "Travel",
        "Large",
        "Little", "Warm", "Plain", "Bright",
    ]
    static let materials: [StaticString] = [
        "Oak", "Steel", "Cotton", "Linen", "Glass", "Ceramic", "Bamboo", "Leather", "Wool", "Aluminium", "Cork",
        "Enamel",
    ]
    static let chineseQualities: [StaticString] = [
        "静音", "北欧风", "日常", "便携", "经典", "柔软", "轻便", "耐用", "折叠", "双层", "旅行", "大号", "迷你", "保暖", "素色", "亮彩",
    ]
    static let chineseMaterials: [StaticString] = [
        "橡木", "不锈钢", "纯棉", "亚麻", "玻璃", "陶瓷", "竹制", "真皮", "羊毛", "铝合金", "软木", "搪瓷",
    ]

    /// `Quiet Oak Desk Lamp` or `静音橡木台灯`.
    func title(_ product: Int, of catalogue: Catalogue, into pen: inout Pen) {
        let trait = catalogue.trait(of: product)
        let quality = Int(trait & 15)
        let material = Int(trait >> 8 % 12)
        let category = Int(catalogue.products[product].category)
        if catalogue.isChinese(product) {
            pen.put(Vocabulary.chineseQualities[quality])
            pen.put(Vocabulary.chineseMaterials[material])
            pen.put(chinese(of: category))
        } else {
            pen.put(Vocabulary.qualities[quality])
            pen.put(UInt8(ascii: " "))
            pen.put(Vocabulary.materials[material])
            pen.put(UInt8(ascii: " "))
            pen.put(english(of: category))
        }
    }
}
