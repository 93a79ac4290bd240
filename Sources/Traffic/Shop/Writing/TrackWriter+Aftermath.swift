import Events

/// What a customer says about a product.
struct Review {
    var product: Int32
    /// 1 to 5; written as text in three of ten reviews.
    var stars: Int
    var number: UInt64
}

/// What comes days after a visit, and what nobody asked for.
extension TrackWriter {
    /// An order is cancelled, or its first product given back.
    mutating func writeAftermath(_ aftermath: Aftermath, _ voice: Voice) {
        begin(aftermath.isRefund ? .orderRefunded : .orderCancelled, voice)
        putOrderId(aftermath.order)
        putTotal(Int64(aftermath.cents))
        putCurrency()
        pen.put(",\"products\":[{")
        putProduct(Item(product: aftermath.product), withQuantity: true)
        pen.put("}]")
        end(voice)
    }

    mutating func writeReview(_ review: Review, _ voice: Voice, _ dice: inout Dice) {
        begin(.productReviewed, voice)
        pen.put("\"product_id\":\"")
        putProductName(review.product)
        pen.put("\",\"review_id\":\"r")
        pen.put(review.number, width: 7)
        let isText = dice.chance(0.3)
        pen.put(isText ? "\",\"rating\":\"" : "\",\"rating\":")
        pen.put(UInt64(review.stars))
        pen.put(isText ? "\",\"review_body\":\"" : ",\"review_body\":\"")
        let category = Int(catalogue.products[Int(review.product)].category)
        let thing = voice.isChinese ? vocabulary.chinese(of: category) : vocabulary.english(of: category)
        let text = ReviewText(bank: voice.isChinese ? ReviewText.chinese : ReviewText.english, thing: thing)
        text.write(stars: review.stars, &dice, into: &pen)
        pen.put("\",\"verified_purchase\":true")
        end(voice)
    }

    /// A record of the catalogue: its key is the product.
    mutating func writeProduct(_ product: Int32, isInStock: Bool) {
        pen.begin()
        putProductName(product)
        pen.endKey()
        quirk = .none
        pen.put("{\"product_id\":\"")
        putProductName(product)
        pen.put("\",\"title\":\"")
        vocabulary.title(Int(product), of: catalogue, into: &pen)
        let entry = catalogue.products[Int(product)]
        pen.put("\",\"category\":\"")
        pen.put(vocabulary.categories[Int(entry.category)])
        pen.put("\",\"brand\":\"")
        pen.put(vocabulary.brands[Int(entry.brand)])
        pen.put("\",\"price\":")
        pen.put(cents: Int64(cents[Int(product)]))
        putCurrency()
        pen.put(isInStock ? ",\"in_stock\":true}" : ",\"in_stock\":false}")
    }

    /// An event that is well-formed and means nothing here.
    mutating func writeIrrelevant(_ voice: Voice, _ dice: inout Dice) {
        quirk = .none
        switch dice.index(below: 4) {
        case 0:
            begin(Bytes("Video Playback Started"), voice)
            pen.put(",\"properties\":{\"asset_id\":\"v17\"")
        case 1:
            begin(Bytes("Coupon Applied"), voice)
            pen.put(",\"properties\":{\"coupon_id\":\"SPRING\",\"discount\":5")
        case 2:
            begin(Bytes("Page Scrolled"), voice)
            pen.put(",\"properties\":null,\"integrations\":{")
        default:
            begin(Bytes("Product Shared"), voice)
            pen.put(",\"properties\":{\"share_via\":\"link\"")
        }
        end(voice)
    }
}
