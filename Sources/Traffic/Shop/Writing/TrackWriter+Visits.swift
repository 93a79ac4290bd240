import Events

/// The events of a visit.
extension TrackWriter {
    /// Writes what one step of a session shows.
    mutating func write(_ step: Session.Step, in session: Session, _ voice: Voice) {
        begin(step.kind, voice)
        switch step.kind {
        case .productListViewed: putList(session)
        case .productsSearched: putQuery(session)
        case .cartViewed: putCart(session)
        case .checkoutStarted, .orderCompleted: putOrder(session)
        case .identified: return endIdentify(voice)
        default: putFlat(step, session)
        }
        end(voice)
    }

    private mutating func putFlat(_ step: Session.Step, _ session: Session) {
        let inCart = step.kind == .productAdded || step.kind == .productRemoved
        putProduct(Item(product: step.product), withQuantity: inCart)
        putCurrency()
        if inCart {
            putCartId(",\"cart_id\":\"c", session)
        } else if step.kind == .productClicked {
            pen.put(",\"position\":")
            pen.put(UInt64(step.product & 7) + 1)
        }
    }

    private mutating func putCartId(_ opening: StaticString, _ session: Session) {
        pen.put(opening)
        pen.put(hex: session.number, digits: 8)
        pen.put(UInt8(ascii: "\""))
    }

    /// A list shows what will be clicked or viewed next among two others.
    private mutating func putList(_ session: Session) {
        let category = Int(catalogue.products[Int(session.product)].category)
        pen.put("\"list_id\":\"shelf-")
        pen.put(UInt64(category))
        pen.put("\",\"category\":\"")
        pen.put(vocabulary.categories[category])
        pen.put("\",\"products\":[{\"product_id\":\"")
        putProductName(session.product)
        for next in catalogue.views.successors(of: Int(session.product)).prefix(2) {
            pen.put("\"},{\"product_id\":\"")
            putProductName(next)
        }
        pen.put("\"}]")
    }

    private mutating func putQuery(_ session: Session) {
        let category = Int(catalogue.products[Int(session.product)].category)
        let trait = catalogue.trait(of: Int(session.product))
        pen.put("\"query\":\"")
        if session.isChinese {
            pen.put(Vocabulary.chineseQualities[Int(trait & 15)])
            pen.put(vocabulary.chinese(of: category))
        } else {
            pen.put(Vocabulary.qualities[Int(trait & 15)])
            pen.put(UInt8(ascii: " "))
            pen.put(vocabulary.english(of: category))
        }
        pen.put(UInt8(ascii: "\""))
    }

    private mutating func putCart(_ session: Session) {
        putCartId("\"cart_id\":\"c", session)
        putProducts(session.basket)
    }

    private mutating func putOrder(_ session: Session) {
        putOrderId(session.number)
        putTotal(total(of: session.basket))
        putCurrency()
        putProducts(session.basket)
    }

    mutating func putOrderId(_ number: UInt64) {
        pen.put("\"order_id\":\"o")
        pen.put(hex: number, digits: 8)
        pen.put(UInt8(ascii: "\""))
    }

    func total(of basket: Basket) -> Int64 {
        var total: Int64 = 0
        for place in 0..<basket.count {
            let (product, quantity) = basket[place]
            total += Int64(cents[Int(product)]) * Int64(quantity)
        }
        return total
    }

    private mutating func putProducts(_ basket: Basket) {
        pen.put(",\"products\":[")
        for place in 0..<basket.count {
            let (product, quantity) = basket[place]
            pen.put(place == 0 ? "{" : ",{")
            putProduct(Item(product: product, quantity: quantity), withQuantity: true)
            pen.put(UInt8(ascii: "}"))
        }
        pen.put(UInt8(ascii: "]"))
    }

    private mutating func endIdentify(_ voice: Voice) {
        pen.put(",\"traits\":{\"language\":")
        pen.put(voice.isChinese ? "\"zh\"" : "\"en\"")
        end(voice)
    }
}
