import BBCUImages
import BBCUKit
import SwiftUINames
import Testing

/// An app imports SwiftUI and BBCUKit in one file and need not qualify any of SwiftUI's names. That this compiles is the test.
@Suite struct SwiftUINamesTests {
    @Test func noPublicTypeHidesThem() {
        let types: [Any.Type] = [
            Alignment.self, Angle.self, Animation.self, App.self, Axis.self, Button.self,
            Canvas.self, Capsule.self, Circle.self, Color.self, Data.self, Date.self,
            Edge.self, Font.self, Form.self, Formatter.self, Gesture.self, Gradient.self,
            Grid.self, Group.self, Image.self, Label.self, Layer.self, Layout.self,
            Link.self, List.self, Locale.self, Material.self, Menu.self, Model.self,
            Namespace.self, Network.self, Operation.self, Options.self, Path.self, Picker.self,
            Process.self, Progress.self, Query.self, Rectangle.self, Scanner.self, Scene.self,
            Section.self, Shape.self, Slider.self, Spacer.self, State.self, Stepper.self,
            Stream.self, Tab.self, Table.self, Text.self, Thread.self, Timer.self,
            Toggle.self, Transaction.self, Unit.self, View.self, Visibility.self, Window.self,
        ]
        #expect(types.allSatisfy { String(reflecting: $0).hasPrefix("SwiftUINames.") })
    }
}
